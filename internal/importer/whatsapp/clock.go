package whatsapp

import (
	"strings"
	"unicode"
)

// half is the half of the day that a 12-hour clock names.
type half uint8

const (
	noHalf half = iota
	am
	pm
	noon    // Chinese 中午: 11 stays, 12 stays, 1 and 2 are after noon
	neutral // a word that says nothing of the hour ("Uhr", "ч.")
)

// halves are the words for the halves of the day, as fold leaves them.
var halves = wordTable(map[half]string{
	am: `am ap fm dop pd de sa pg öö дп πμ vorm prijepodne dopoledne przedpołudniem
		上午 凌晨 清晨 早上 早晨 半夜 午前 오전 새벽 아침 ص صباحا قظ قبلازظهر قبلدوپہر
		לפנהצ पूर्वाह्न পূর্বাহ্ন ก่อนเที่ยง முற்பகல் inthemorning dimineața пробяд проб`,
	pm: `pm ip em odp md du ch ptg ös пп μμ nachm popodne odpoledne popołudniu
		下午 晚上 傍晚 午後 오후 저녁 밤 م مساء بظ بعدازظهر بعددوپہر
		אחהצ अपराह्न অপরাহ্ন หลังเที่ยง பிற்பகல் intheafternoon intheevening снч слоб`,
	noon:    `中午 正午`,
	neutral: `uhr ч h s น hod`,
})

// gapWords may stand between date and time and say nothing.
var gapWords = wordTable(map[half]string{
	neutral: `klo às as um à a alas at alle kl o ogodz godz u ob в у о г р ora om saat den del ngày lúc`,
})

func wordTable(m map[half]string) map[string]half {
	t := map[string]half{}
	for h, words := range m {
		for w := range strings.FieldsSeq(words) {
			t[w] = h
		}
	}
	return t
}

// Calendars other than ours, by the mark that stands behind the year.
var eraWords = map[string]int{"be": -543, "พศ": -543, "ad": 0, "ce": 0, "هـ": notOurs, "ه": notOurs, "ah": notOurs}

// notOurs marks a year that we cannot turn into our calendar.
const notOurs = 1 << 20

// eraLetters are Japan's eras, with what to add to the year.
var eraLetters = map[rune]int{'R': 2018, 'H': 1988, 'S': 1925}

// fold makes a word comparable: no spaces, dots, commas or quotes, lower case.
func fold(rs []rune) string {
	var b strings.Builder
	for _, r := range rs {
		switch {
		case isSpace(r), strings.ContainsRune(".,،，'’״\"׳日일", r):
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// hour turns the hour of a 12-hour clock into that of a 24-hour one. Hours that
// already say more than twelve are left alone, since some phones write both.
func (h half) hour(hh int) int {
	switch {
	case h == am && hh == 12:
		return 0
	case h == pm && hh < 12:
		return hh + 12
	case h == noon && hh < 6:
		return hh + 12
	case hh == 24:
		return 0
	}
	return hh
}

// zeros are where the digits of the scripts that phones count in begin.
var zeros = [...]rune{0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20, 0x1040, 0x17E0, 0xFF10}

// digit gives the value of a digit in any script, or -1.
func digit(r rune) int {
	if r < 0x80 {
		if r >= '0' && r <= '9' {
			return int(r - '0')
		}
		return -1
	}
	for _, z := range zeros {
		if r >= z && r <= z+9 {
			return int(r - z)
		}
	}
	return -1
}

// isSpace knows the spaces that phones put before AM and PM.
func isSpace(r rune) bool {
	switch r {
	case ' ', '\t', 0xA0, 0x202F, 0x2009, 0x2007, 0x200A, 0x3000:
		return true
	}
	return false
}

// invisible marks steer the direction of text and carry no meaning of their own.
func invisible(r rune) bool {
	switch {
	case r == 0x200E, r == 0x200F, r == 0xFEFF, r == 0x61C:
		return true
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
		return true
	}
	return false
}
