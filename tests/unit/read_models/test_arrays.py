"""A batch of rows becomes one array a column, each value with its own bytes."""

from __future__ import annotations

from decimal import Decimal

import pytest
from psycopg.errors import NumericValueOutOfRange

from shared.read_models.arrays import Arrays
from shared.read_models.model import Column


def element(length, content):
    return length.to_bytes(4, "big") + content


def test_a_column_of_text_is_an_array_with_its_nulls():
    [array] = Arrays([Column("county", "text", nullable=True)]).of([("臺北市",), (None,), ("臺北市",)])
    taipei = element(9, "臺北市".encode())
    assert array[:20] == b"".join(number.to_bytes(4, "big") for number in (1, 1, 25, 3, 1))
    assert array[20:] == taipei + b"\xff\xff\xff\xff" + taipei


def test_equal_numbers_keep_their_own_places_after_the_point():
    arrays = Arrays([Column("price", "numeric", nullable=False)])
    [short], [long] = arrays.of([(Decimal("4.7"),)]), arrays.of([(Decimal("4.70"),)])
    assert short != long


def test_a_number_beyond_its_column_is_refused_as_the_database_would():
    with pytest.raises(NumericValueOutOfRange):
        Arrays([Column("number", "int8", nullable=False)]).of([(2**63,)])


def test_a_list_of_text_travels_as_json():
    arrays = Arrays([Column("words", "text[]", nullable=False)])
    assert arrays.placeholders == "%b::json[]"
    assert arrays.of([(("a", "b"),)])[0].endswith(element(9, b'["a","b"]'))


def test_no_rows_make_no_arrays():
    assert Arrays([Column("county", "text", nullable=True)]).of([]) == []
