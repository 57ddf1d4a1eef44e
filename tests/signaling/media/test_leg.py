import pytest

from signaling.media.forwarder import ForwarderSettings
from tests.signaling.media.conftest import Stage


class TestBesideARelay:
    @pytest.fixture
    def settings(self) -> ForwarderSettings:
        return ForwarderSettings(bind_host="::", relay_addresses=("127.0.0.2",))

    async def test_who_comes_from_its_address_is_relayed(self, stage: Stage) -> None:
        far = stage.peer("127.0.0.2")
        await far.connect(await stage.forwarder.publish("far", far.offer()))
        await stage.connected("far", "publisher")
        await stage.subscriber("near", "far")

        assert stage.forwarder.statistics("far").publisher.relayed
        assert not stage.forwarder.statistics("near").subscriber.relayed
        (counted,) = stage.forwarder.workers()
        assert (counted.legs, counted.relayed_legs) == (2, 1)

    async def test_who_leaves_is_relayed_no_more(self, stage: Stage) -> None:
        far = stage.peer("127.0.0.2")
        await far.connect(await stage.forwarder.publish("far", far.offer()))
        await stage.connected("far", "publisher")
        stage.forwarder.leave("far")

        assert stage.forwarder.workers()[0].relayed_legs == 0
