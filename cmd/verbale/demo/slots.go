package demo

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// words fill the slots of the dialogues; a slot keeps its word through a
// dialogue.
var words = map[string][]string{
	"materiale": {"cemento", "tondini da 12", "mattoni forati", "pannelli isolanti", "guaina bituminosa", "cartongesso idrofugo", "piastrelle 60×60", "tubi corrugati", "legname da ponte", "sabbia lavata", "travetti", "malta fibrorinforzata", "canaline zincate", "serramenti", "lattonerie", "vernice intumescente"},
	"cantiere":  {"via Garibaldi", "la Scuola Manzoni", "San Carlo", "la A4", "Villa Pisani", "Legnano"},
	"cantiere2": {"Cascina Rosa", "Ponte Vecchio", "viale Monza", "Porta Nuova"},
	"fornitore": {"Edilforniture Lodi", "Ferramenta Brambilla", "Calcestruzzi Ticino", "Nordacciai", "Isolpan", "Vetreria Comense", "Elettroluce", "Gruppo Marmi Carrara"},
	"cliente":   {"Comune di Monza", "ASST Rhodense", "Immobiliare Navigli", "Autostrade Lombarde", "Fondazione Pisani", "Condominio Le Betulle", "Cooperativa Aurora", "Hotel Belvedere"},
	"reparto":   {"ufficio tecnico", "magazzino", "amministrazione", "cantiere San Carlo", "ufficio gare"},
	"material":  {"cement", "rebar 12 mm", "facing bricks", "PIR boards", "roofing felt", "plasterboard", "porcelain tiles", "duct 110 mm", "scaffold boards", "sharp sand", "lintels", "fire stopping", "cable tray", "sash windows"},
	"site":      {"Bermondsey", "Camden Yard", "the wharf", "phase 2"},
	"site2":     {"Deptford", "Kings Cross", "Stratford"},
	"supplier":  {"Thames Building Supplies", "Kent Steel", "Greenwich Timber", "Brixton Electrical", "Southbank Glass", "Medway Concrete"},
	"client":    {"Southwark Council", "Camden Housing Trust", "Riverside Hotels", "Bristol Library Service", "St Mary's Hospital", "Wharf Partners"},
	"team":      {"the design team", "the Bermondsey crew", "accounts", "the bids team"},
}

var (
	giorni = []string{"lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "domani"}
	days   = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "tomorrow"}
	mesi   = []string{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"}
)

// filler fills the slots of one dialogue.
type filler struct {
	rng    *rand.Rand
	at     time.Time
	filled map[string]string // the slots that have their word already
}

func (f *filler) fill(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return strings.ReplaceAll(b.String(), `\n`, "\n")
		}
		slot, after, _ := strings.Cut(rest, "}")
		if _, known := f.filled[slot]; !known {
			f.filled[slot] = f.word(slot)
		}
		b.WriteString(f.filled[slot])
		text = after
	}
}

func (f *filler) word(slot string) string {
	if list, ok := words[slot]; ok {
		return f.pick(list)
	}
	n := f.rng.IntN
	month := int(f.at.Month())
	switch slot {
	case "giorno":
		return f.pick(giorni)
	case "day":
		return f.pick(days)
	case "mese":
		return mesi[(month+10)%12]
	case "month":
		return f.at.AddDate(0, -1, 0).Month().String()
	case "ora":
		return fmt.Sprintf("%d:%02d", 7+n(11), 15*n(4))
	case "time":
		return fmt.Sprintf("%d:%02d", 7+n(11), 15*n(4))
	case "data", "date":
		return strconv.Itoa(1+n(13)) + "/" + strconv.Itoa(month%12+1)
	case "data2", "date2":
		return strconv.Itoa(15+n(13)) + "/" + strconv.Itoa(month%12+1)
	case "quanti", "count":
		return strconv.Itoa(2 + n(38))
	case "quanti2":
		return strconv.Itoa(41 + n(30))
	case "percento", "percent":
		return strconv.Itoa(2 + n(11))
	case "importo":
		return fmt.Sprintf("%d.%03d €", 1+n(240), 10*n(100))
	case "amount":
		return fmt.Sprintf("£%d,%03d", 1+n(240), 10*n(100))
	case "ordine", "order":
		return fmt.Sprintf("ORD-%d-%04d", f.at.Year(), 1+n(2400))
	case "fattura", "invoice":
		return fmt.Sprintf("FT-%d/%d", 100+n(900), f.at.Year())
	case "ddt", "note":
		return strconv.Itoa(10_000 + n(89_999))
	case "codice", "code":
		return fmt.Sprintf("BC-%d-%c%c", 100+n(900), 'A'+n(26), 'A'+n(26))
	case "tavola", "drawing":
		return fmt.Sprintf("%c-%02d", 'A'+n(5), 1+n(60))
	case "targa":
		return fmt.Sprintf("G%c%03d%c%c", 'A'+n(24), n(1000), 'A'+n(26), 'A'+n(26))
	case "plate":
		return fmt.Sprintf("LB%02d %c%c%c", 20+n(6), 'A'+n(26), 'A'+n(26), 'A'+n(26))
	case "tel":
		return fmt.Sprintf("+39 02 %04d %04d", n(10_000), n(10_000))
	case "phone":
		return fmt.Sprintf("+44 20 7946 %04d", n(1000))
	case "iban":
		return iban(n(90_000), n(1_000_000))
	}
	return "{" + slot + "}"
}

// iban makes one with right check digits, of no bank there is.
func iban(branch, account int) string {
	bban := fmt.Sprintf("X99999%05d%012d", branch, account)
	remainder := 0
	for _, r := range bban + "IT00" {
		if r >= 'A' {
			remainder = (remainder*100 + int(r-'A') + 10) % 97
		} else {
			remainder = (remainder*10 + int(r-'0')) % 97
		}
	}
	return fmt.Sprintf("IT%02d%s", 98-remainder, bban)
}

func (f *filler) pick(list []string) string { return list[f.rng.IntN(len(list))] }
