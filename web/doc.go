// Package web holds the built client, so that the program is one file. The
// client itself is written in TypeScript and Svelte; see README.md beside this
// file.
package web
