"""What a page says once it is in: each kind of message, and what is done about it.

How it was written is for `wire`; what follows in a room is for the room.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from signaling import hands
from signaling.conditions import Renegotiate
from signaling.confidence import Confide
from signaling.disclosure import Consent
from signaling.hub import Hub
from signaling.live import Live
from signaling.media.engine import BadSdp
from signaling.messages import (
    Answer,
    Candidate,
    Error,
    FromPage,
    Join,
    Leave,
    Offer,
    Ping,
    Pong,
    Resume,
    Subscribe,
    Tracks,
)
from signaling.peer import Peer
from signaling.supervised import PrivilegedRoom, SupervisedRoom
from signaling.talk import RaiseHand, Say
from signaling.wire import ProtocolError
from signaling.words import Reason
from visitation.errors import VisitationError

log = structlog.get_logger()

#: What the engine raises that cannot do it now, as another process may not.
_UNREACHED = (VisitationError, OSError)


async def hear(hub: Hub, peer: Peer, message: FromPage) -> None:
    """Do what a page asks for.

    Raises:
        ProtocolError: if it may not be said now.
    """
    live = hub.room_of(peer)
    if live is not None:
        await _ACTS[type(message)](hub, live, peer, message)


async def _offer(hub: Hub, live: Live, peer: Peer, message: Offer) -> None:
    if message.target != "publisher":
        raise ProtocolError("malformed", "offers a subscriber leg")
    if not live.room.may_publish(peer.participant):
        peer.send(Error(code="not_now"))
        return
    hub.stopwatch.offered(peer.participant, hub.clock())
    try:
        sdp = await hub.engine.publish(peer.participant, message.sdp)
    except BadSdp as bad:
        _complain(live, peer, bad)
    except _UNREACHED:
        log.exception("offer_not_answered", visit=live.visit)
        peer.send(Renegotiate(target="publisher", rebuild=True))
    else:
        if hub.knows(peer.participant):
            peer.send(Answer(target="publisher", sdp=sdp))
        else:
            # They left while the engine was at it.
            hub.engine.leave(peer.participant)


async def _answer(hub: Hub, live: Live, peer: Peer, message: Answer) -> None:
    if message.target != "subscriber":
        raise ProtocolError("malformed", "answers a publisher leg")
    try:
        await hub.engine.accept(peer.participant, message.sdp)
    except BadSdp as bad:
        _complain(live, peer, bad)
    except _UNREACHED:
        log.exception("answer_not_taken", visit=live.visit)
        peer.send(Renegotiate(target="subscriber", rebuild=True))


def _complain(live: Live, peer: Peer, bad: BadSdp) -> None:
    log.info("bad_sdp", visit=live.visit, reason=bad.reason)
    peer.send(Error(code="bad_sdp"))


async def _tracks(hub: Hub, live: Live, peer: Peer, message: Tracks) -> None:
    sends = live.room.sends(peer.participant, audio=message.audio, video=message.video)
    hub.carry_out(live, sends)


async def _subscribe(hub: Hub, live: Live, peer: Peer, message: Subscribe) -> None:
    offered = live.room.offers(peer.participant, rebuild=message.rebuild)
    if not offered:
        peer.send(Error(code="not_now"))
    hub.carry_out(live, offered)


async def _raise_hand(hub: Hub, live: Live, peer: Peer, message: RaiseHand) -> None:
    raised = hands.raised(live.room, peer.participant, up=message.raised)
    hub.carry_out(live, raised)


async def _say(hub: Hub, live: Live, peer: Peer, message: Say) -> None:
    if not isinstance(live.room, SupervisedRoom):
        peer.send(Error(code="not_now"))
        return
    said = live.room.write(
        peer.participant, code=message.code, text=message.text, now=hub.clock()
    )
    hub.carry_out(live, said)


async def _consent(hub: Hub, live: Live, peer: Peer, message: Consent) -> None:
    if not isinstance(live.room, SupervisedRoom):
        peer.send(Error(code="not_now"))
        return
    hub.carry_out(live, live.room.consent(peer.participant, message.given))


async def _confide(hub: Hub, live: Live, peer: Peer, message: Confide) -> None:
    if not isinstance(live.room, PrivilegedRoom):
        peer.send(Error(code="not_now"))
        return
    told = live.room.confide(peer.participant, to=message.to, body=message.body)
    hub.carry_out(live, told)


async def _leave(hub: Hub, live: Live, peer: Peer, message: Leave) -> None:
    if message.reason is not Reason.LEFT:
        raise ProtocolError("malformed", "leaves for a reason of ours")
    hub.carry_out(live, live.room.leave(peer.participant, now=hub.clock()))


async def _ping(hub: Hub, live: Live, peer: Peer, message: Ping) -> None:
    peer.send(Pong())


async def _candidate(hub: Hub, live: Live, peer: Peer, message: Candidate) -> None:
    """Our engine is ICE-lite: it learns addresses from authenticated checks."""


async def _again(hub: Hub, live: Live, peer: Peer, message: Join | Resume) -> None:
    raise ProtocolError("first_message", "twice")


_ACTS: Mapping[type, Callable[[Hub, Live, Peer, Any], Awaitable[None]]] = {
    Offer: _offer,
    Answer: _answer,
    Candidate: _candidate,
    Tracks: _tracks,
    Subscribe: _subscribe,
    RaiseHand: _raise_hand,
    Say: _say,
    Confide: _confide,
    Consent: _consent,
    Leave: _leave,
    Ping: _ping,
    Join: _again,
    Resume: _again,
}
