package main

import "encoding/json"

// printJSON writes a value as a program reads it, one on a line.
func printJSON(t terminal, v any) error {
	encoder := json.NewEncoder(t.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
