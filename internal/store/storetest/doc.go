// Package storetest opens data directories for tests, on the engine that the
// run is about: SQLite, or with VERBALE_TEST_ENGINE=postgres a fresh database
// for each directory.
package storetest
