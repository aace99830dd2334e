// The fault harness has no users but its own program and tests.
export {};
