from config import filling
from config.settings import Settings


def test_relays_are_known_by_name_and_by_their_urls() -> None:
    settings = Settings(
        turn={
            "urls": (
                "turn:198.51.100.7:3478",
                "turns:198.51.100.7:5349?transport=tcp",
                "turn:[2001:db8::7]:3478",
                "turn:visits.example",
            ),
            "relay_addresses": ("172.30.0.20",),
        }
    )

    assert filling.relays(settings) == ("172.30.0.20", "198.51.100.7", "2001:db8::7")
    assert filling.media(settings).relay_addresses == filling.relays(settings)
