package search

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

// finds says whether a question finds a text, both by the index's terms and by
// reading it; the two must agree.
func finds(t testing.TB, question, text string) bool {
	t.Helper()
	q, err := Parse(question, Filters{}, time.UTC)
	if err != nil {
		t.Fatalf("%q cannot be asked: %v", question, err)
	}
	terms := indexed(text)
	candidate := !q.Empty()
	for _, c := range q.clauses {
		candidate = candidate && answers(c.ask(), terms)
	}
	_, match := q.match(text)
	if match && !q.Empty() && !candidate {
		t.Errorf("%q is in %q, but the index does not lead there", question, text)
	}
	return candidate && match
}

// indexed is what the index knows of a text.
func indexed(text string) map[term]bool {
	out := map[term]bool{}
	atoms := scan(text)
	for _, w := range atoms {
		for _, t := range atomTerms(w) {
			out[t] = true
		}
	}
	for _, j := range joins(text, atoms) {
		for _, t := range joinTerms(j) {
			out[t] = true
		}
	}
	return out
}

// answers is what an engine does with a question.
func answers(e expr, terms map[term]bool) bool {
	switch e.op {
	case oneTerm:
		return terms[e.term]
	case everything:
		return true
	}
	for _, one := range e.of {
		if answers(one, terms) == (e.op == anyone) {
			return e.op == anyone
		}
	}
	return e.op == every
}

func TestAQuestionFindsHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, yes, no string }{
		// Italian: plurals, verbs, accents, elision
		{"Confermo gli ordini di ieri", "ordine |ordini |confermare |confermiamo ", "ordinare il |domani"},
		{"L'ordine dell'anno scorso, un'altra volta", "ordine|l'ordine|anno |dell'anno |all'anno |altra |un'altra |\"l'ordine dell'anno\"", "lanno |\"ordine scorso\""},
		{"La qualità è così così, perché no?", "qualita|QUALITÀ|cosi |perche |e ", "quanti"},
		{"Ne parlerà lunedì", "parlare |parlera |parlerà |lunedi", "partire "},
		{"È pronto il pacco. Cos’è?", "è |cos'è |pacchi ", "palla "},
		// English
		{"The invoices were shipped; Anna's running late", "invoice |shipping |ship |run |runs |anna |Anna's |anna’s", "inverse "},
		{"Don't email the O'Brien e-mails", "don't |dont |o'brien |obrien |e-mail |email |emails |e-mails", "do-not "},
		// French, German, Nordic, Slavic letters
		{"Straße in Köln, Müller & Søn, Łódź, Ærø", "strasse|STRASSE|koln|koeln|köln|muller|mueller|son |soen|lodz|aero|ærø", "strase "},
		{"Ça coûte l’été, œuvre à Noël", "ca |coute |ete |l'été |oeuvre |noel ", "noël7"},
		// codes
		{"see foo-bar/baz.txt today", "foo-bar/baz|foo-bar/baz.txt|foo|bar |baz |foobar|foobarbaztxt |foo-ba|bar/baz", "foobaz |bar-foo "},
		{"Ordine AB-12/2026 spedito", "AB-12/2026|ab-12/2026 |AB122026|ab12 |AB-12|ab-12/20", "AB-12/2025 |AB-2026 "},
		{"bonifico su IT60 X054 2811 1010 0000 0123 456 entro oggi", "IT60X0542811101000000123456|IT60 X054 2811 1010 0000 0123 456|it60x054|bonifico entro", "IT61X0542811101000000123456"},
		{"bonifico su IT60X0542811101000000123456", "IT60 X054 2811 1010 0000 0123 456|it60x054281|IT60X0542811101000000123456 ", "IT60X0542811101000000123457"},
		{"IBAN DE89 3704 0044 0532 0130 00 grazie", "DE89370400440532013000|DE89 3704 0044 0532 0130 00 ", "DE89370400440532013001"},
		// telephones
		{"chiama +39 02 1234567 ore 9", "021234567|+39021234567|+39 02 1234567|0039021234567|02 1234567|02/1234567|0212345|1234567 ", "021234568"},
		{"chiama 02/123 45 67", "021234567|+39021234567|+39 02 1234567|1234567 ", "031234567"},
		{"cell. 3471234567", "+39 347 1234567|347 123 4567|3471234567|34712", "347 1234568"},
		{"call +44 20 7946 0958", "02079460958|2079460958|442079460958|020 7946 0958", "02079460959"},
		{"bilancio 2026 e 2025", "2025 2026|2025 bilancio", "2025 2027"},
		// addresses
		{"scrivi a anna.rossi+ordini@example.com", "anna.rossi+ordini@example.com|rossi|anna.rossi|example.com|@example.com|anna.ro", "anna.bianchi@example.com"},
		{"vedi https://www.example.com/path/page?x=1#top", "https://www.example.com/path/page?x=1#top|example.com/path|www.example.com|page|example.com/pa", "example.org"},
		// emoji and signs
		{"ottimo 👍🏽 fatto ❤️ 🇮🇹 👩‍💻 50 €", "👍|👍🏿|❤|❤️|🇮🇹|👩‍💻|€|fatto 👍", "👎|🇫🇷"},
		// scripts without spaces
		{"明日は東京都庁で会議です", "東京|東京都|京都|会議|議|\"東京都庁\"|東", "大阪|都東|\"東庁\""},
		{"ﾃﾞｰﾀを送る", "データ|ﾃﾞｰﾀ", "テータ東"},
		{"오늘 회의는 세시입니다", "회의|세시", "내일"},
		{"การประชุมวันนี้", "ประชุม", "พรุ่งนี้"},
		{"iPhone用ケース", "iphone|ケース|iphone用", "android"},
		// other scripts
		{"Ещё раз, МОСКВА и Київ", "еще |ещё |москва|моск|київ", "киров"},
		{"مُحَمَّد في المدينة إلى", "محمد|المدينه|المدينة|الى", "احمد"},
		{"Καλημέρα Αθήνας", "καλημερα|ΚΑΛΗΜΕΡΑ|αθηνας", "αθηνα "},
		{"שָׁלוֹם", "שלום", "שלון"},
		{"नमस्ते दुनिया", "नमस्ते|दुनिया", "नमसत"},
		{"İstanbul ışık", "istanbul|ISTANBUL|isik", "ankara"},
		{"ｆｕｌｌ ｗｉｄｔｈ ﬁne ١٢٣ №7", "full|width|fine|123 |7", "124"},
		{"soft\u00adhyphen zero\u200bwidth", "softhyphen|zerowidth", "hyphen"},
		// words that go on, parts of words, phrases, negation
		{"Fatturazione elettronica", "fatt|fatturaz|fatturazione ele|fattura*|*azione|*turaz*|\"fatturazione el", "fatt |azione|\"fatturazione elet\"|*elle*"},
		{"Internationalisierung läuft", "internationalisier*|internationalisieru|intern*", "internationalisix*|internationalix"},
		{"il report di marzo", "report -aprile|report -\"marzo di\"|\"report di marzo\" -foo", "report -marzo |report -\"di marzo\"|\"marzo di\"|-report il"},
	} {
		for _, question := range strings.Split(c.yes, "|") {
			if !finds(t, question, c.text) {
				t.Errorf("%q does not find %q", question, c.text)
			}
		}
		for _, question := range strings.Split(c.no, "|") {
			if finds(t, question, c.text) {
				t.Errorf("%q finds %q", question, c.text)
			}
		}
	}
}

func TestEveryWordOfAMessageFindsIt(t *testing.T) {
	t.Parallel()
	for _, text := range corpus {
		everyWordFinds(t, text)
	}
}

// corpus has a text for each language that people are likely to write in.
var corpus = []string{
	"Buongiorno a tutti! Domani c'è lo sciopero dei treni: chi può lavori da casa, gli altri mi avvisino entro le 18:30. L'ascensore dell'edificio B è guasto, dovrebbe ripartire mercoledì.",
	"Hi team, the customer's asking whether we've shipped PO-2026/118; they're losing patience. Could someone check with the carrier (tracking 1Z999AA10123456784) and let Mr. O'Neill know ASAP?",
	"Grüß Gott, die Lieferung an Größe XL verzögert sich – voraussichtlich bis übermorgen. Maßgeblich ist §3 der Geschäftsbedingungen.",
	"Ça va être compliqué : l'équipe d'Aix n'a pas reçu les pièces aujourd'hui, ni hier. Où en est-on côté œuvre ?",
	"El año que viene abriremos otra oficina en Coruña; ¿quién se apunta? ¡Qué ilusión!",
	"Não sei se a reunião de amanhã é às 9h ou às 10h. São João fechado.",
	"Zażółć gęślą jaźń, proszę o fakturę nr 12/Ł/2026.",
	"Příští týden se uvidíme v Brně, žluťoučký kůň úpěl.",
	"Smörgåsbord på Åland, blåbærsyltetøy i Tromsø.",
	"Завтра совещание в 10:00, не опаздывайте. Счёт-фактура №45 ещё не оплачена.",
	"Αύριο έχουμε σύσκεψη στις 9 με τον πελάτη, μην αργήσετε.",
	"الاجتماع غداً في الساعة ١٠ صباحاً، يرجى إحضار الفاتورة رقم ٢٠٢٦.",
	"הפגישה מחר בשעה 9, נא להביא את החשבונית.",
	"明天上午十点开会，请带上发票 AB-12/2026。谢谢！",
	"明日の会議は１０時からです。請求書を忘れないでください。",
	"내일 회의는 오전 10시입니다. 송장을 가져오세요.",
	"พรุ่งนี้ประชุมสิบโมงเช้า อย่าลืมใบแจ้งหนี้",
	"कल सुबह दस बजे बैठक है, कृपया चालान लाएँ।",
	"Yarın sabah İzmir'de toplantı var, faturayı getirmeyi unutmayın. Iğdır, ığ.",
	"Ngày mai họp lúc 10 giờ, đừng quên hóa đơn nhé.",
	"👍🏻 perfetto!!! 🎉🎉 ci vediamo alle 9 👨‍👩‍👧 🇮🇹 ✅",
	"Tel. +39 02 1234567, cell 347-123.45.67, fax (02) 765 4321; mario.rossi@example.it http://intranet.example.it:8080/a_b/c?d=e&f=%20g",
	"IBAN: IT60X0542811101000000123456 / DE89 3704 0044 0532 0130 00, P.IVA 01234567890, C.F. RSSMRA85T10A562S",
}

// everyWordFinds takes a text apart by a rule simpler than the analyser's and
// asks for each piece.
func everyWordFinds(t testing.TB, text string) {
	t.Helper()
	apart := func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\"“”„«»*", r)
	}
	for _, word := range strings.FieldsFunc(text, apart) {
		word = strings.TrimLeft(word, "-")
		if utf8.RuneCountInString(word) > 30 || len(scan(word)) == 0 || strings.Contains(word, ":") {
			continue
		}
		if !finds(t, word+" ", text) {
			t.Errorf("%q does not find the text it is in: %q", word, text)
		}
		if upper := strings.ToUpper(word); strings.EqualFold(upper, word) && !finds(t, upper+" ", text) {
			t.Errorf("%q in capitals does not find the text it is in: %q", word, text)
		}
		if !finds(t, norm.NFD.String(word)+" ", text) {
			t.Errorf("%q with its accents apart does not find the text it is in: %q", word, text)
		}
	}
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return apart(r) || kind(r) == separatorRune }) {
		if letters(word) <= 30 && len(scan(word)) > 0 && !finds(t, `"`+word+`"`, text) {
			t.Errorf("the phrase %q does not find the text it is in: %q", word, text)
		}
	}
}

func TestEveryWordOfAnyTextFindsIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.OneOf(
			rapid.StringMatching(`[a-zàèéìòùA-Z]{1,14}`),
			rapid.StringMatching(`[a-z]{1,4}['’\-/.@_][a-z0-9]{1,6}`),
			rapid.StringMatching(`\+?[0-9]{1,12}`),
			rapid.StringMatching(`[A-Z]{2}[0-9]{2}[0-9A-Z]{0,12}`),
			rapid.StringMatching(`[äöüßøåłœæğışçñ]{1,6}`),
			rapid.StringMatching(`\p{Han}{1,4}|\p{Hiragana}{1,4}|\p{Hangul}{1,3}|\p{Cyrillic}{1,6}|\p{Arabic}{1,6}|\p{Greek}{1,6}`),
			rapid.SampledFrom([]string{"👍", "👍🏽", "🇮🇹", "❤️", "€", "№5", "①"}),
		), 1, 12).Draw(t, "words")
		separator := rapid.SampledFrom([]string{" ", "  ", ", ", "\n", ". "}).Draw(t, "separator")
		fatalIfNotFound(t, strings.Join(words, separator))
	})
}

type tester interface {
	Fatalf(format string, args ...any)
}

func fatalIfNotFound(t tester, text string) {
	terms := indexed(text)
	atoms := scan(text)
	for i := 0; i < len(atoms); i += 1 + len(atoms)/12 {
		word := text[atoms[i].start:atoms[i].end]
		q, err := Parse(`"`+word+`"`, Filters{}, time.UTC)
		if err != nil || len(q.clauses) != 1 {
			continue // a single run too long to be asked for
		}
		if !answers(q.clauses[0].ask(), terms) {
			t.Fatalf("the index does not lead from %q to %q", word, text)
		}
		if _, ok := q.match(text); !ok {
			t.Fatalf("%q is not found in %q", word, text)
		}
		q, err = Parse(word, Filters{}, time.UTC)
		if err != nil || len(q.clauses) == 0 {
			continue
		}
		for _, c := range q.clauses {
			if !answers(c.ask(), terms) {
				t.Fatalf("the index does not lead from the typed %q to %q", word, text)
			}
		}
		if _, ok := q.match(text); !ok {
			t.Fatalf("the typed %q is not found in %q", word, text)
		}
	}
}

func FuzzAnalyser(f *testing.F) {
	for _, text := range corpus {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 400 || strings.ContainsAny(text, `"“”„«»*`) {
			return
		}
		for _, w := range scan(text) {
			if w.start < 0 || w.end > len(text) || w.start >= w.end || w.folded == "" {
				t.Fatalf("an impossible word %+v of %q", w, text)
			}
			if again := fold(w.folded); w.script != pictorial && again != w.folded {
				t.Fatalf("folding %q twice gives %q", w.folded, again)
			}
		}
		fatalIfNotFound(t, text)
	})
}
