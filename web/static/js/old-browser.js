// Says what a browser lacks that cannot hold a call, and where to open the page instead.
// Written for browsers in which nothing newer runs, and loaded by itself: what shows this
// must not be what fails.
(function () {
  var note = document.getElementById("old-browser");
  if (!note) return;
  var agent = navigator.userAgent;
  var ios = /(?:iPhone|iPad|iPod).* OS (\d+)_/.exec(agent);
  var STARTED_WITHIN = 10;

  function lacks() {
    // Messengers show pages in a browser of their own, which rarely lends the camera.
    if (/Instagram|FBAN|FBAV|FB_IAB|Telegram|WhatsApp|MicroMessenger|Eitaa|Rubika|Soroush|; wv\)/.test(agent)) return "app";
    if (ios && !/Safari\//.test(agent)) return "app";
    // What the call asks before somebody leaves it came to iOS with 15.4.
    if (ios && !window.HTMLDialogElement) return "phone";
    if (window.isSecureContext === false) return "address";
    if (!window.RTCPeerConnection || !window.HTMLDialogElement) return "old";
    if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return "camera";
    return "";
  }

  function show(why) {
    var parts = note.querySelectorAll("[data-lacks]");
    for (var i = 0; i < parts.length; i += 1) parts[i].hidden = parts[i].getAttribute("data-lacks") !== why;
    note.hidden = !why;
  }

  function link() {
    return location.protocol + "//" + location.host + note.getAttribute("data-link");
  }

  function copy() {
    var field = note.querySelector("input");
    field.hidden = false;
    field.value = link();
    field.select();
    var done = false;
    try {
      done = document.execCommand("copy");
    } catch (error) {
      done = false;
    }
    // Where nothing may be copied by itself the address stands there to be taken.
    note.querySelector("[data-copied]").hidden = !done;
  }

  function started() {
    return document.documentElement.hasAttribute("data-ready");
  }

  function wait(seconds) {
    if (started()) return show(lacks());
    if (seconds === 0) show("old");
    window.setTimeout(function () {
      wait(seconds - 1);
    }, 1000);
  }

  var chrome = note.querySelector("[data-chrome]");
  if (/Android/.test(agent) && location.protocol === "https:") {
    chrome.href = "intent://" + location.host + note.getAttribute("data-link") + "#Intent;scheme=https;package=com.android.chrome;end";
    chrome.hidden = false;
  }
  note.querySelector("[data-copy]").addEventListener("click", copy);
  var found = lacks();
  show(found);
  if (!found) {
    window.addEventListener("load", function () {
      wait(STARTED_WITHIN);
    });
  }
})();
