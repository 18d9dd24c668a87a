// Command check judges histories that tests have written, for a human: the
// verdict in sentences, each broken promise with the lines that explain it.
//
//	go run ./e2e/history/check FILE...
//
// It ends with status 1 if a promise was broken, and with 2 if a file cannot
// be read.
package main
