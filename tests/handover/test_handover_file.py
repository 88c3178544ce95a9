"""A file of operations opens whole and with its passphrase, or not at all."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.handover import sealing
from avileo_pos.handover.handover_file import Handover, read_handover, write_handover
from avileo_pos.handover.kept_operation import KeptOperation, push_requests
from avileo_pos.protocol import Operation

PASSPHRASE = "tres gallinas"
AT = "2026-11-22T15:42:07.123456Z"
DEVICES = [str(uuid4()) for _ in range(3)]


@pytest.fixture(autouse=True)
def quick_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each guess as cheap as can be: hundreds of them are made here."""
    monkeypatch.setattr(sealing, "_N", 2)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "por enviar.avileo"


def operation(seq: int, words: str = "{}") -> Operation:
    ids = [str(uuid4()) for _ in range(3)]
    return Operation(ids[0], seq, "create", "sales", ids[1], 1, ids[2], AT, msgspec.Raw(words.encode()))


def handover(*operations: Operation) -> Handover:
    return Handover(str(uuid4()), DEVICES[0], "Caja 1", AT, [KeptOperation(DEVICES[0], each) for each in operations])


@given(texts=st.lists(st.text()))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_operations_come_out_byte_by_byte_as_they_went_in(file: Path, texts: list[str]) -> None:
    went_in = handover(
        *(operation(place, f'{{ "a" :{msgspec.json.encode(text).decode()}}}') for place, text in enumerate(texts, 1))
    )
    write_handover(file, went_in, PASSPHRASE)
    came_out = read_handover(file, PASSPHRASE)
    assert [bytes(each.operation.data) for each in came_out.operations] == [
        bytes(each.operation.data) for each in went_in.operations
    ]
    assert msgspec.json.encode(came_out) == msgspec.json.encode(went_in)


@given(data=st.data())
@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_damaged_file_opens(file: Path, data: st.DataObject) -> None:
    write_handover(file, handover(operation(1), operation(2)), PASSPHRASE)
    sound = file.read_bytes()
    file.write_bytes(damaged(sound, data))
    with suppress(BusinessRuleBroken):
        opened = read_handover(file, PASSPHRASE)
        # A letter of base64 whose last bits mean nothing, a blank: whatever still opens says the same.
        file.write_bytes(sound)
        assert opened == read_handover(file, PASSPHRASE)


def damaged(sound: bytes, data: st.DataObject) -> bytes:
    """Cut, changed, or grown somewhere."""
    place = data.draw(st.integers(0, len(sound) - 1))
    other = data.draw(st.binary(max_size=40))
    length = data.draw(st.integers(0, 40))
    return data.draw(st.sampled_from([sound[:place], sound[:place] + other + sound[place + length :]]))


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_anything_else_is_no_such_file(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(BusinessRuleBroken, match="handover_broken"):
        read_handover(file, PASSPHRASE)


@pytest.mark.parametrize("n", [-2, 0, 3, 2**40, 2**70, 2**500])
@pytest.mark.parametrize("r", [-1, 0, 8])
def test_a_lock_made_to_keep_a_computer_busy_is_refused_at_once(file: Path, n: int, r: int) -> None:
    write_handover(file, handover(), PASSPHRASE)
    said = msgspec.json.decode(file.read_bytes())
    said["lock"] |= {"n": n, "r": r}
    file.write_bytes(msgspec.json.encode(said) if n < 2**63 else file.read_bytes().replace(b'"n":2', b'"n":%d' % n))
    with pytest.raises(BusinessRuleBroken, match=r"handover_broken|wrong_passphrase"):
        read_handover(file, PASSPHRASE)


def test_a_file_nested_without_end_is_no_such_file(file: Path) -> None:
    file.write_bytes(b'{"type":"avileo-handover-1","x":' + b"[" * 1_000_000)
    with pytest.raises(BusinessRuleBroken, match="handover_broken"):
        read_handover(file, PASSPHRASE)


def test_another_passphrase_opens_nothing(file: Path) -> None:
    write_handover(file, handover(operation(1)), PASSPHRASE)
    assert PASSPHRASE.encode() not in file.read_bytes()
    for other in ("", "tres gallina", "Tres gallinas"):
        with pytest.raises(BusinessRuleBroken, match="wrong_passphrase"):
            read_handover(file, other)


def test_a_short_passphrase_writes_nothing(file: Path) -> None:
    with pytest.raises(BusinessRuleBroken, match="passphrase_too_short"):
        write_handover(file, handover(operation(1)), "gallina")
    assert not file.exists()


# --- As what it is sent on -------------------------------------------------------------------------------------------


@given(
    kept=st.lists(
        st.tuples(st.sampled_from(DEVICES), st.integers(1, 2**40), st.integers(0, 400_000)), unique=True, max_size=20
    ),
    many=st.sampled_from([1, 400]),
)
@settings(max_examples=50, deadline=None)
def test_each_device_sends_its_own_in_its_order_and_no_more_than_a_till_sends_at_once(
    kept: list[tuple[str, int, int]], many: int
) -> None:
    operations = [
        KeptOperation(device, operation(seq, f'{{"x":"{"x" * (size if not copy else 0)}"}}'))
        for device, seq, size in kept
        for copy in range(many)
    ]
    requests = list(push_requests(operations, str(uuid4()), AT))
    for device in DEVICES:
        own = sorted((each.operation for each in operations if each.device_id == device), key=lambda each: each.seq)
        sent = [bytes(each) for request in requests if request.device_id == device for each in request.operations]
        assert sent == [msgspec.json.encode(each) for each in own]
    for request in requests:
        sizes = [len(bytes(each)) for each in request.operations]
        assert 0 < len(sizes) <= 500
        assert sum(sizes) <= 1_000_000 or len(sizes) == 1
