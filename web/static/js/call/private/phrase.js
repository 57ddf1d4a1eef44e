// @ts-check
/** Thirty-two bits as four plain words, for people who compare them by voice.
 *
 * A word stands at the same place in both languages and means the same; its number is for
 * two people who have no language in common. The order is for ever: pages of two versions
 * of the service may talk to each other. */

const FA = `
  اسب گاو گوسفند بز شتر خروس اردک کبوتر گنجشک کلاغ عقاب جغد طاووس طوطی ماهی نهنگ لاک‌پشت قورباغه خرگوش
  روباه گرگ خرس پلنگ فیل زرافه میمون گربه موش سنجاب آهو الاغ پروانه زنبور مورچه عنکبوت ملخ حلزون
  خارپشت پنگوئن سیب گلابی پرتقال لیمو انگور انار هندوانه خربزه زردآلو هلو گیلاس انجیر خرما موز آناناس
  نارگیل گردو بادام پسته کشمش نان برنج پنیر کره ماست عسل شکر نمک فلفل زعفران دارچین چای قهوه سوپ کیک
  سیب‌زمینی پیاز هویج خیار گوجه بادمجان کدو اسفناج کلم ذرت نخود عدس زیتون نعناع گندم درخت برگ ریشه
  شاخه گل لاله نرگس آفتابگردان چمن جنگل کوه دره رود دریا جزیره ساحل بیابان غار چشمه آبشار آسمان خورشید
  ماه ستاره ابر باران برف باد رعد رنگین‌کمان مه یخ سنگ شن صبح شب زمستان تابستان پاییز خانه پنجره دیوار
  سقف پله باغ حیاط اتاق آشپزخانه فرش پرده میز صندلی تخت بالش پتو آینه ساعت چراغ شمع کمد قفسه صندوق
  جارو سطل نردبان چکش میخ قیچی سوزن نخ دکمه بشقاب کاسه قاشق چنگال لیوان فنجان قوری بطری سینی سبد کیف
  چمدان چتر عینک کلاه شال دستکش پیراهن شلوار کفش جوراب کمربند انگشتر گردنبند شانه صابون حوله مسواک
  کتاب دفتر مداد خودکار کاغذ پاکت نامه تمبر روزنامه نقشه نقاشی عکس قاب رنگ کلید زنگ طناب پرچم توپ
  عروسک بادکنک شطرنج سه‌تار طبل پیانو گیتار ویولن آواز مدرسه معلم شاگرد پزشک نانوا نجار کشاورز چوپان
  آشپز خیاط عکاس خلبان بازار مغازه موزه پل خیابان میدان کوچه روستا شهر قطار اتوبوس دوچرخه کشتی قایق
  هواپیما کامیون چرخ لنگر بادبان فانوس آجر ابریشم پنبه چرم طلا نقره مس آهن
`;
const EN = `
  horse cow sheep goat camel rooster duck pigeon sparrow crow eagle owl peacock parrot fish whale
  turtle frog rabbit fox wolf bear leopard elephant giraffe monkey cat mouse squirrel deer donkey
  butterfly bee ant spider cricket snail hedgehog penguin apple pear orange lemon grape pomegranate
  watermelon melon apricot peach cherry fig date banana pineapple coconut walnut almond pistachio
  raisin bread rice cheese butter yogurt honey sugar salt pepper saffron cinnamon tea coffee soup cake
  potato onion carrot cucumber tomato eggplant pumpkin spinach cabbage corn chickpea lentil olive mint
  wheat tree leaf root branch flower tulip daffodil sunflower grass forest mountain valley river sea
  island beach desert cave spring waterfall sky sun moon star cloud rain snow wind thunder rainbow fog
  ice stone sand morning night winter summer autumn house window wall roof stair garden yard room
  kitchen carpet curtain table chair bed pillow blanket mirror clock lamp candle wardrobe shelf chest
  broom bucket ladder hammer nail scissors needle thread button plate bowl spoon fork glass cup teapot
  bottle tray basket bag suitcase umbrella glasses hat scarf glove shirt trousers shoe sock belt ring
  necklace comb soap towel toothbrush book notebook pencil pen paper envelope letter stamp newspaper
  map painting photo frame paint key bell rope flag ball doll balloon chess sitar drum piano guitar
  violin song school teacher pupil doctor baker carpenter farmer shepherd cook tailor photographer
  pilot market shop museum bridge street square alley village city train bus bicycle ship boat
  airplane truck wheel anchor sail lantern brick silk cotton leather gold silver copper iron
`;

/** @type {{fa: string[], en: string[]}} */
export const WORDS = { fa: FA.trim().split(/\s+/), en: EN.trim().split(/\s+/) };

/** @typedef {{word: string, number: number}} Spoken */

/** @param {Uint8Array} bits @param {string} language @returns {Spoken[]} */
export function spoken(bits, language) {
  const words = language === "fa" ? WORDS.fa : WORDS.en;
  return [...bits].map((number) => ({ word: words[number], number }));
}
