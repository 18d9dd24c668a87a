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
	"backup.done":    typed((*house).backupDone),
	"restore":        streaming((*house).restore),
	"files.sweep":    typed((*house).sweep),
	"import":         streaming((*house).importFile),
}
