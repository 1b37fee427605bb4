"""The drawings behind `report.figures.draw`; importing this package's modules imports Matplotlib."""
