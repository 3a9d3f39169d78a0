"""What is typed into the demonstration of cards is read line by line, and a line without an end fills no memory."""

import io

from operate.card.demonstration import typed


class Watched(io.StringIO):
    """A keyboard that notes how much is asked of it at once."""

    def __init__(self, text):
        super().__init__(text)
        self.asked = []

    def readline(self, size=-1, /):
        self.asked.append(size)
        return super().readline(size)


def test_each_line_is_given_as_it_is_typed():
    assert list(typed(io.StringIO("1 nhi\n\n2 -"))) == ["1 nhi\n", "\n", "2 -"]


def test_of_a_line_without_an_end_only_the_beginning_is_kept():
    given = Watched("x" * 10_000 + "\n1 nhi\n" + "y" * 10_000)
    lines = list(typed(given))
    assert [len(line) for line in lines] == [100, 6, 100]
    assert lines[1] == "1 nhi\n"
    assert all(0 < size <= 100 for size in given.asked)
