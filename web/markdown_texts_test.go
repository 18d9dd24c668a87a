package web

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// hostileTexts are what the parser is tried with before chance has its turn:
// the examples of the client's own tests, and scripts in every disguise.
func hostileTexts(f *testing.F) (out []string) {
	content, err := os.ReadFile("src/lib/markdown/corpus.json")
	if err != nil {
		f.Fatal(err)
	}
	var examples []struct{ Text string }
	if err := json.Unmarshal(content, &examples); err != nil {
		f.Fatal(err)
	}
	for _, e := range examples {
		out = append(out, e.Text)
	}
	out = append(out,
		// Scripts.
		`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg/onload=alert(1)>`, `<svg><script>alert(1)`,
		`<math><mglyph><style><img src=x onerror=alert(1)>`, `<a href="x" `+"\x00\x0conclick"+`=alert(1)>`, `<b><i></b`, `"><script>`,
		`' onmouseover='alert(1)`, "` onmouseover=`alert(1)", `<base href=//evil.example>`, `<meta http-equiv=refresh content=0>`,
		`<form action=https://evil.example><input>`, `<iframe srcdoc="<script>alert(1)</script>">`, `<p style="background:url(javascript:alert(1))">`,
		`<p style="width:expression(alert(1))">`, `{{7*7}} ${7*7} <%= 7*7 %> #{7*7}`, `$\href{javascript:alert(1)}{x}$`,
		"```mermaid\nclick a \"javascript:alert(1)\"\n```", "```\n<script>alert(1)</script>\n```", "`<img onerror=alert(1)>`",
		"+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "<\x00s\x00c\x00r\x00i\x00p\x00t\x00>",
		// Addresses.
		`[x](javascript:alert(1))`, "[x](java\tscript:alert(1))", "[x](\x01javascript:alert(1))", `[x](JaVaScRiPt:alert(1))`, `[x](&#106;avascript:alert(1))`,
		`[x](data:text/html;base64,PHNjcmlwdD4=)`, `[x](vbscript:msgbox(1))`, `[x](file:///etc/passwd)`, `[x](//evil.example)`, `[x](https:\\evil.example)`,
		`![x](https://e.example/a.png "onerror=alert(1)")`, `[x][1]`+"\n[1]: javascript:alert(1)", `<javascript:alert(1)>`, `[a](https://a.example)](javascript:b)`,
		`[x](https://a.example/"onmouseover="alert(1))`, `https://good.example@evil.example/`, `[x](https://user:word@evil.example/)`, `https://аpple.example/`,
		`[https://bank.example](https://evil.example/)`, "| a |\n|---|\n| [x](javascript:alert(1)) |", `mailto:a@b.example?cc=c@d.example`, `[ ](https://a.example)`,
		// Signs.
		"\u202egnp.exe", "a\u200bb\u200d\ufeff", "Z"+strings.Repeat("\u0301", 3000), strings.Repeat("👩\u200d❤️\u200d💋\u200d👨", 500), "𝒳*𝒴*_𝒵_", "🏴\U000e0067\U000e0062",
		"https://a.example/"+strings.Repeat("a", 2037)+"𝒳𝒳", "[x](https://a.example/"+strings.Repeat("𝒳", 1100)+")",
		// Code.
		"```\ncode\n``` and words after it", "```word", "```two words", "```\n", "``` ``` ```", "````\n```\n````", "> ```\n> code\nwords",
	)
	return out
}

// longTexts are as long as a message may be, and grow what a careless parser
// does with them.
func longTexts() (out []string) {
	for _, bomb := range []string{
		"[", "](", "[a](", "![", "*", "*a ", "**a", "*a_b ", "_*", "***a** b", "`", "` ", "``a`", ">", "> > >\n", "```\n", "``` a\n", "- a\n", "  - a\n",
		"1. ", "1) a\n", "\\", "https://a", "http", "www.", "www.a.", "mailto:", "https://a)))) ", "\n", " ", "\t", "\r", "1", "\u0301", "[[]", "<", "&", "a@b.c ",
	} {
		out = append(out, strings.Repeat(bomb, 60_000/len(bomb)))
	}
	many := strings.Repeat("[", 10_000)
	out = append(out, many+strings.ReplaceAll(many, "[", "]"), "https://a"+strings.Repeat(".", 60_000))
	var ticks strings.Builder
	for n := 1; n < 330; n++ {
		ticks.WriteString(strings.Repeat("`", n) + " ")
	}
	return append(out, ticks.String())
}
