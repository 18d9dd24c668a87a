package main

const overview = `Verbale %s: the messenger of a company that can prove every word.

Begin:
  verbale serve                      start the server; it prints the link to open
  verbale demo --serve               look around in a made-up company first

Companies, while the server runs or not:
  verbale company create NAME --title "Acme S.r.l." --owner "Anna Bianchi"
  verbale person add --company NAME --name "Marco Rossi"
  verbale token create --company NAME --person 2 --name "Nightly export"
  verbale import whatsapp chat.zip --company NAME --analyze
  verbale backup NAME --to acme.tar  and  verbale restore acme.tar
  verbale move --company NAME --to postgres://... or another data directory

Trust:
  verbale verify FILE                check a receipt or an export, with no server
  verbale audit NAME                 walk a whole company's register

When something is wrong:
  verbale doctor                     what is wrong with this set-up, and the fix

Every command explains itself: verbale COMMAND --help
`
