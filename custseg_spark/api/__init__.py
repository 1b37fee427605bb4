"""From Python: `Segmenter` and `SegmentationModel`, and the flow that commands and notebooks share."""
