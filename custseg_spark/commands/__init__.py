"""The story, a module each: rfm, train, compare, score, stream, audience, backtest. Only this package shows
the flow. A command is imported from its module, so that none loads what another needs."""
