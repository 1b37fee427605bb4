"""The engine: how it is found and started, what it is asked, what its errors mean."""
