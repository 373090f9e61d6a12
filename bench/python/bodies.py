"""What the Python workers do: the counterpart of bodies.ts."""


def noop(value):
    return value


def square(value):
    return value * value


def square_all(values):
    return [value * value for value in values]


def echo(value):
    return value


def spin(rounds):
    state = 0x9E3779B9
    for _ in range(rounds):
        state ^= (state << 13) & 0xFFFFFFFF
        state ^= state >> 17
        state ^= (state << 5) & 0xFFFFFFFF
    return state
