package main

// operations are all that the administrative socket offers, by name.
var operations = map[string]operation{
	"company.create": typed((*house).createCompany),
	"company.list":   typed((*house).listCompanies),
	"person.add":     typed((*house).addPerson),
	"person.link":    typed((*house).linkPerson),
	"token.create":   typed((*house).createToken),
	"audit":          typed((*house).audit),
	"doctor":         typed((*house).doctor),
	"backup":         streaming((*house).backup),
	"backup.kept":    typed((*house).noteBackup),
	"restore":        streaming((*house).restore),
	"company.holds":  typed((*house).holds),
	"files.sweep":    typed((*house).sweep),
	"import":         streaming((*house).importFile),
}

// A move has operations of its own done at another place.
func init() { operations["move"] = streaming((*house).move) }
