"""A text cut into blocks of whole records, each of them known to be regular or not.

Regular is what any reader of text splits as Spark does. All else, a quote in the wrong place above all, is
looked at by itself, so that it costs no row but its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from custseg_spark.data.text_files.record_form import RecordForm, split_record
from custseg_spark.data.text_files.text_pieces import mend

_SMALL, _MORE = 4096, 64
"""Behind a record that leaves a quote open there may be more of them: the bytes that are looked at together
then, and before that the records that are taken one by one."""
_LF, _CR = 10, 13


@dataclass(frozen=True)
class Block:
    """Some records of a text in their order. `regular`: those that any reader splits, one behind the other;
    `places`: the place of each in the block; `odd`: the place of each of the others, and its bytes with its
    end."""

    regular: bytes | pa.Buffer
    places: np.ndarray
    odd: tuple[tuple[int, bytes], ...] = ()


def sort_lines(data: bytes, form: RecordForm) -> Block:
    """The block in which every line that is not blank, and no comment, is a record."""
    signs = np.frombuffer(data, np.uint8)
    ends = signs == _LF
    if b"\r" in data:  # the second of two signs ends a line that is blank, and blank lines are none
        ends |= signs == _CR
    bounds = _bound(ends, final=True)
    starts, stops = bounds[:-1], bounds[1:]
    left_out = signs[starts] <= 32
    for place in np.flatnonzero(left_out):
        left_out[place] = not data[starts[place] : stops[place]].strip(_BLANKS)
    if form.comment:
        for place in np.flatnonzero(signs[starts] == form.comment[0]):
            left_out[place] |= data.startswith(form.comment, starts[place])
    lines = _slice(data, bounds)
    regular = ~left_out
    if not form.is_simple:
        regular[:] = False
    elif form.quote and form.quote in data:
        regular &= _match(lines, form)
    odd = np.flatnonzero(~regular & ~left_out)
    kept = data if regular.all() else _join(lines, regular)
    lone = ((int(at), data[starts[at] : stops[at]].rstrip(b"\r\n")) for at in odd)
    return Block(kept, np.flatnonzero(regular), tuple(lone))


_BLANKS = bytes(range(33))


def _slice(data: bytes, bounds: np.ndarray) -> pa.StringArray:
    """The pieces between the bounds, without a copy."""
    offsets = pa.py_buffer(bounds.astype(np.int32))
    return pa.StringArray.from_buffers(len(bounds) - 1, offsets, pa.py_buffer(data))


def _match(records: pa.StringArray, form: RecordForm) -> np.ndarray:
    return np.asarray(pc.match_substring_regex(records, form.regular))


def _join(records: pa.StringArray, wanted: np.ndarray) -> pa.Buffer:
    return pc.binary_join(
        pa.LargeListArray.from_arrays([0, int(wanted.sum())], records.filter(pa.array(wanted))), ""
    )[0].as_buffer()


def cut_records(pieces: Iterable[bytes], form: RecordForm) -> Iterator[Block]:
    """The text in blocks of whole records whose quoted fields may hold line breaks. What ends within a record
    waits for as much again: a quote that is never closed costs its text a few times, and not squared."""
    kept, size, wanted = [b""], 0, 0
    for piece in pieces:
        kept.append(piece)
        size += len(piece)
        if size < wanted:
            continue
        data = b"".join(kept)
        cut = data.rfind(form.ends or b"\n")
        cut += len(form.ends or b"") if cut >= 0 else 1
        whole = mend(data[:cut])
        block, used = sort_records(whole, form, final=False)
        yield block
        kept = [whole[used:], data[cut:]]
        size, wanted = sum(map(len, kept)), 2 * (len(whole) - used)
    yield sort_records(mend(b"".join(kept)), form, final=True)[0]


def find_ends(pieces: Iterator[bytes]) -> tuple[bytes, bytes]:
    """The first pieces of a text, as one, and the line end that it has first."""
    begin = b""
    for piece in pieces:
        begin += piece
        if first := re.search(rb"\r\n|\r(?=.)|\n", begin, re.DOTALL):
            return begin, first[0]
    return begin, b"\r" if begin.endswith(b"\r") else b"\n"


def sort_records(data: bytes, form: RecordForm, *, final: bool) -> tuple[Block, int]:
    """The records at the beginning of `data`, and how many bytes they take: all, where it is the `final`."""
    found = _Records(data, form)
    window = len(data)
    while found.at < len(data):
        begun, whole = found.at, found.at + window >= len(data)
        ended = found.sort_window(window, final=final)
        if ended and whole:
            break
        window = 2 * window
        if not ended:
            window = max(_SMALL, 2 * (found.at - begun))
            found.step_over(_MORE, final=final)
    return found.build_block(), found.at


class _Records:
    """Those that were found so far: up to `at`, `count` of them."""

    def __init__(self, data: bytes, form: RecordForm) -> None:
        self.data, self.form = data, form
        self.at, self.count = 0, 0
        self.regular: list[bytes] = []
        self.places = [np.zeros(0, np.int64)]
        self.odd: list[tuple[int, bytes]] = []

    def build_block(self) -> Block:
        return Block(b"".join(self.regular), np.concatenate(self.places), tuple(self.odd))

    def sort_window(self, window: int, *, final: bool) -> bool:
        """Go on for as many bytes: to the end of them, or of what is known to be whole; or, false, to where
        records do not begin as quotes in the right places would have it."""
        stop = min(self.at + window, len(self.data))
        bounds = self.at + _split_evenly(
            self.data[self.at : stop], self.form, final and stop == len(self.data)
        )
        good, filled = _judge(self.data, bounds, self.form)
        bad, first = np.flatnonzero(~good), 0
        while first < len(good):
            left = bad[np.searchsorted(bad, first) :]
            last = int(left[0]) if len(left) else len(good)
            self.places.append(self.count + np.flatnonzero(filled[first:last]))
            self.regular.append(self.data[self.at : int(bounds[last])])
            self.at, self.count = int(bounds[last]), self.count + last - first
            if last == len(good):
                break
            if not self.step_over(1, final=final):
                return True
            first = int(np.searchsorted(bounds, self.at))
            if first == len(bounds) or bounds[first] != self.at:
                return False
        return True

    def step_over(self, most: int, *, final: bool) -> bool:
        """Put the next records aside, at most so many; false where the end of one is not there yet."""
        form, data = self.form, self.data
        for _ in range(most):
            if self.at == len(data):
                break
            if form.comment and data.startswith(form.comment, self.at):
                is_row, after = False, _skip_line(data, self.at, form)
            else:
                fields, after = split_record(data, self.at, form)
                is_row = bool(fields)
            if after == len(data) and not final:
                return False
            if is_row:
                self.odd.append((self.count, data[self.at : after]))
            self.at, self.count = after, self.count + 1
        return True


def _split_evenly(data: bytes, form: RecordForm, final: bool) -> np.ndarray:
    """Where the records begin and end, if all of their quotes stand where quotes should."""
    signs = np.frombuffer(data, np.uint8)
    ends = signs == _LF
    if form.ends == b"\r":
        ends = signs == _CR
    if form.quote and form.quote in data:
        ends &= ~np.logical_xor.accumulate(signs == form.quote[0])
    return _bound(ends, final)


def _bound(ends: np.ndarray, final: bool) -> np.ndarray:
    """Where the records begin and end, of which those signs are the last; what is behind the last of them is
    one only where it is the `final`."""
    bounds = np.append(0, np.flatnonzero(ends) + 1)
    return np.append(bounds, len(ends)) if final and bounds[-1] < len(ends) else bounds


def _judge(data: bytes, bounds: np.ndarray, form: RecordForm) -> tuple[np.ndarray, np.ndarray]:
    """Of each record whether it is regular, and, of those that are, whether it is more than a line end."""
    if not form.is_simple:
        return np.zeros(len(bounds) - 1, bool), np.zeros(len(bounds) - 1, bool)
    first = np.frombuffer(data, np.uint8)[bounds[:-1]]
    good = _match(_slice(data, bounds), form)
    if form.comment:
        good &= first != form.comment[0]
    return good, (first != _LF) & (first != _CR)


def _skip_line(data: bytes, at: int, form: RecordForm) -> int:
    """Where the line behind that at `at` begins."""
    ends = form.ends or b"\n"
    end = data.find(ends, at)
    return end + len(ends) if end >= 0 else len(data)
