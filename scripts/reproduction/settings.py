"""Shape, schedule and measures that all cells of a comparison share."""
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    train: dict = field(hash=False)  # flags of `train` that all cells have
    max_windows: int = 500
    draws: int = 2
    fit_steps: int = 2000
    positions: int = 4000
    absolute: tuple = ("0", "0.02", "0.05", "0.1")
    relative: tuple = ("0", "0.25", "0.5")

    @property
    def steps(self):
        return int(self.train["--steps"])

    @property
    def context(self):
        return int(self.train["--context"])

    def protocol(self, sha256):
        """What a kept figure depends on beside its entry and seed; another one is another comparison."""
        return {"train": dict(self.train), "max_windows": self.max_windows, "draws": self.draws, "fit_steps": self.fit_steps,
                "positions": self.positions, "absolute": list(self.absolute), "relative": list(self.relative), "sha256": sha256}
