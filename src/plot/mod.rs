//! Scales, ticks and charts, generic over plotters' `DrawingBackend`, so that they are tested natively.
