import unittest

from greet import GREETING, greet


class Greet(unittest.TestCase):
    def test_greets_loudly(self):
        self.assertEqual(greet(), GREETING.upper() + "!")
