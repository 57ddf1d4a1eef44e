"""The console takes everything and logs no word of it."""

from structlog.testing import capture_logs

from scheduler.gateways import Console, Sent


async def test_the_console_takes_a_message_and_logs_only_its_id() -> None:
    gateway = Console()
    with capture_logs() as logs:
        sent = await gateway.send("+989121234567", "کد ورود: ۴۸۲۹۱۶", "17")
    await gateway.close()
    assert sent == Sent(gateway_id="console-17")
    assert logs == [{"event": "message_sent", "log_level": "info", "message": "17"}]
