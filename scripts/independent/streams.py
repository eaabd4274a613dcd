"""Streams of draws, one for each (seed, purpose, draw, window, place), by a keyed counter: in Python's own integers, no numpy."""
EVALUATION_NOISE, DECODE_NOISE, SAMPLING, BOOTSTRAP, NOISY_TOKENS, CHARACTERS = 3, 4, 5, 7, 13, 14  # the purposes
MASK = 2**64 - 1


class Stream:
    """One stream number by number, in Python's own integers: few numbers of many streams."""

    def __init__(self, seed, purpose, draw, window, place):
        self.a, self.b, self.counter = 0x9E3779B97F4A7C15, ~0x9E3779B97F4A7C15 & MASK, 0
        for word in (seed, purpose, draw, window, place):
            self.a = self.mix(self.a + 0x9E3779B97F4A7C15 + word)
            self.b = self.mix((self.b ^ word) + 3 * 0x9E3779B97F4A7C15)

    @staticmethod
    def mix(x):
        x &= MASK
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & MASK
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB & MASK
        return x ^ (x >> 31)

    def next(self):
        self.counter += 1
        return self.mix(self.mix(self.a + 0x9E3779B97F4A7C15 * self.counter) ^ self.b)

    def uniform(self):
        return (self.next() >> 11) * 2.0**-53

    def below(self, bound):
        """0 … bound - 1, each as likely: what would favour the small ones is drawn again."""
        while (bits := self.next()) < 2**64 % bound:
            pass
        return bits % bound
