// Package whatsapp reads the files that WhatsApp's "Export chat" makes, of
// Android and of iPhones, in whatever language, date order and clock the phone
// was set to. It knows the grammar and nothing else: no database, no company.
//
// A file is read as a stream, twice: a survey first, which finds out how this
// one file writes its dates, who its people are and which lines only look like
// messages; then the messages themselves. Neither pass keeps more than one
// message in memory, whatever the file's size.
//
// Nothing that a file says is believed: sizes and names inside a zip, clocks,
// line lengths and encodings are all limited or checked, and a crash here would
// mean that a hostile file got past those checks.
package whatsapp
