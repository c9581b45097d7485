"""The test kit: clocks that jump, planes that answer from recorded pictures, faults to inject."""
