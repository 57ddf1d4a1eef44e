from signaling.recording.unwrapping import InOrder, Packet, Unwrapped


def packet(number: int, arrived: float = 0.0) -> Packet:
    return Packet(number, 0, marker=False, payload=b"x", arrived=arrived)


def begun(number: int) -> InOrder:
    """One that has given this packet already, at 0.0."""
    order = InOrder()
    order.take(packet(number - 1, -1.0))
    assert numbers(order.take(packet(number))) == [number - 1, number]
    return order


def numbers(given: list[Packet]) -> list[int]:
    return [-each.number if each.torn else each.number for each in given]


def test_a_counter_goes_on_beyond_its_bits() -> None:
    counter = Unwrapped(16)
    assert [counter.take(each) for each in (65_534, 65_535, 0, 1)] == [
        65_534,
        65_535,
        65_536,
        65_537,
    ]


def test_what_comes_late_is_counted_where_it_belongs() -> None:
    counter = Unwrapped(16)
    found = [counter.take(each) for each in (65_535, 1, 0, 65_534, 2)]
    assert found == [65_535, 65_537, 65_536, 65_534, 65_538]


def test_looking_near_a_counter_does_not_move_it() -> None:
    counter = Unwrapped(32)
    counter.take(2**32 - 10)
    assert counter.near(5) == 2**32 + 5
    assert counter.take(2**32 - 9) == 2**32 - 9


def test_a_counter_that_wraps_many_times_stays_whole() -> None:
    counter = Unwrapped(16)
    assert [counter.take(each & 0xFFFF) for each in range(0, 300_000, 500)] == list(
        range(0, 300_000, 500)
    )


def test_packets_are_given_in_their_order() -> None:
    order = begun(0)
    given = [numbers(order.take(packet(each))) for each in (1, 3, 2, 4)]
    assert given == [[1], [], [2, 3], [4]]


def test_the_first_to_come_need_not_be_the_first() -> None:
    order = InOrder()
    first = [
        order.take(packet(each, at)) for each, at in ((3, 0.0), (1, 0.1), (2, 0.4))
    ]
    assert first == [[], [], []]
    assert numbers(order.take(packet(4, 0.5))) == [1, 2, 3, 4]


def test_a_packet_is_given_once() -> None:
    order = begun(0)
    given = [numbers(order.take(packet(each))) for each in (1, 1, 3, 3, 2, 2)]
    assert given == [[1], [], [], [], [2, 3], []]
    assert order.repeated == 3


def test_the_first_are_given_once_too() -> None:
    order = InOrder()
    for _ in range(2):
        order.take(packet(1))
    assert numbers(order.rest()) == [1]
    assert order.repeated == 1


def test_what_never_comes_is_waited_for_and_then_passed_over() -> None:
    order = begun(1)
    assert numbers(order.take(packet(4, 1.0))) == []
    assert numbers(order.take(packet(5, 3.9))) == []
    assert numbers(order.take(packet(6, 4.1))) == [-4, 5, 6]
    assert order.missing == 2


def test_several_holes_are_passed_over_each_in_its_time() -> None:
    order = begun(1)
    order.take(packet(3, 1.0))
    order.take(packet(5, 3.0))
    assert numbers(order.take(packet(6, 4.5))) == [-3]
    assert numbers(order.take(packet(7, 6.5))) == [-5, 6, 7]


def test_at_the_end_nothing_is_waited_for() -> None:
    order = begun(1)
    order.take(packet(3))
    order.take(packet(6))
    assert numbers(order.rest()) == [-3, -6]


def test_a_sender_that_begins_anew_is_followed() -> None:
    order = begun(40_000)
    order.take(packet(40_002))
    assert numbers(order.take(packet(7))) == [-40_002, -7]
    assert numbers(order.take(packet(8))) == [8]
