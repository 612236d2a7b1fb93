// Empty: functions of another package, which faces.go names without bodies, need a
// file of assembly beside them.
