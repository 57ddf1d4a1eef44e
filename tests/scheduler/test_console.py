"""The console takes everything and logs no word of it."""

from datetime import timedelta

from structlog.testing import capture_logs

from scheduler.gateways import Console, Letter, Sent
from visitation.wording import Template
from visitation.words import Channel

LETTER = Letter(
    reference="17",
    phone="+989121234567",
    text="کد ورود: ۴۸۲۹۱۶",
    template=Template.BOOKED,
    language="fa",
    variables={"code": "۴۸۲۹۱۶"},
    channel=Channel.SMS,
    validity=timedelta(hours=1),
)


async def test_the_console_takes_a_message_and_logs_only_its_id() -> None:
    gateway = Console()
    with capture_logs() as logs:
        sent = await gateway.send(LETTER)
    await gateway.close()
    assert sent == Sent(gateway_id="console-17")
    assert logs == [{"event": "message_sent", "log_level": "info", "message": "17"}]
