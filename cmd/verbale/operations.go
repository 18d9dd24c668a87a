package main

// operations are all that the administrative socket offers, by name.
var operations = map[string]operation{}
