"""What a person can put right: said in one sentence, without a traceback."""


class Refused(Exception):
    """A wrong argument, a bad file, a folder that holds something else."""
