// Package house holds no code, only the rules of the house as a test: which
// room may import which, what only one room may use, how packages are named
// and documented. Each forbidden edge fails with its reason.
package house
