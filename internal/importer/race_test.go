//go:build race

package importer_test

// Under the race detector sizes prove nothing and take many times as long;
// without it the whole suite runs once more, on PostgreSQL.
func init() { raced = true }
