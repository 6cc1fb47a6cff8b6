package document

import (
	"fmt"
	"time"
)

// SampleRun and SampleLetter make a run of invented letters of one page, for
// measuring. Names change from letter to letter and come in Latin, Greek and
// Cyrillic; nothing in them belongs to anybody.
func SampleRun() Run {
	return Run{
		Letterhead: Letterhead{
			Sender:  []string{"Hoeve Ter Linde", "Molenstraat 14", "9000 Gent"},
			Contact: []string{"+32 9 555 01 02", "privacy@hoeve.example", "www.hoeve.example"},
		},
		Window:  WindowFor("BE"),
		Title:   "INC-2026-0012",
		Created: time.Date(2026, time.June, 14, 9, 0, 0, 0, time.UTC),
	}
}

// SampleLetter returns letter n of the sample run.
func SampleLetter(n int) Letter {
	names := [...]string{"Anneleen Verhaeghe", "Zoë D’Hondt", "Łukasz Wiśniewski", "Ștefania Țurcanu",
		"Nguyễn Thị Hồng Đào", "Ελευθερία Παπαδοπούλου", "Олександра Їжакевич", "Jürgen Weißmüller",
		"Håkon Sjøgård", "Çağla Yıldız", "José Ñíguez Ibáñez", "Þórunn Æsa Guðmundsdóttir"}
	data := [...]string{"uw naam en adres", "uw e-mailadres", "uw telefoonnummer", "uw bestellingen", "uw geboortedatum"}
	name := names[n%len(names)]
	ref := fmt.Sprintf("INC-2026-0012-%06d", n)
	return Letter{
		PersonRef: ref,
		Language:  "nl",
		Recipient: []string{name, fmt.Sprintf("Kouter %d bus %d", n%180+1, n%9+1), fmt.Sprintf("%d Deinze", 9000+n%900)},
		PlaceDate: "Gent, 14 juni 2026",
		RefLines:  []string{"Onze referentie: " + ref},
		Subject:   "Een gegevenslek bij Hoeve Ter Linde: wat het voor u betekent",
		Blocks:    sampleBlocks(name, data[n%len(data)], data[(n+2)%len(data)]),
		Closing:   []string{"Met vriendelijke groeten,", "", "", "Marleen De Backer", "zaakvoerder"},
		Stamp: Stamp{Mark: Final, Text: "DEFINITIEF", Reference: "INC-2026-0012", Version: "v3",
			Hash: "9f2c4e81b7d05a36", PageOf: "Blad %d van %d", SheetOf: "Volgnr. %d"},
	}
}

func sampleBlocks(name, first, second string) []Block {
	return []Block{
		{Paragraphs: []string{
			"Beste " + name + ",",
			"Op vrijdag 12 juni 2026 om 18.45 uur hebben wij ontdekt dat een lijst met gegevens van onze klanten per vergissing naar een verkeerd adres is gestuurd. Uw gegevens stonden op die lijst. Wij vinden dit heel vervelend en leggen u uit wat er is gebeurd, wat het voor u kan betekenen en wat u zelf kunt doen."}},
		{Heading: "Wat is er gebeurd?", Paragraphs: []string{
			"Een medewerker heeft het bestand van onze nieuwsbrief aan een verkeerde ontvanger gemaild. De ontvanger heeft bevestigd dat het bericht is gewist. Wij kunnen niet uitsluiten dat het bestand in de tussentijd is bekeken."}},
		{Heading: "Welke gegevens van u?", Bullets: []string{first, second}},
		{Heading: "Wat kan het gevolg zijn?", Paragraphs: []string{
			"Iemand zou u kunnen schrijven of bellen en zich voordoen als onze winkel. Ook ongewenste reclame is mogelijk."}},
		{Heading: "Wat kunt u doen?", Bullets: []string{
			"Wees voorzichtig met berichten die om een betaling of een wachtwoord vragen, ook als ze van ons lijken te komen.",
			"Neem contact met ons op als u iets verdachts ziet."}},
		{Heading: "Wat hebben wij gedaan?", Paragraphs: []string{
			"Wij hebben de ontvanger gevraagd het bestand te wissen, onze werkwijze aangepast en het lek gemeld bij de Gegevensbeschermingsautoriteit."}},
	}
}

// Samples returns a Next over n sample letters.
func Samples(n int) Next {
	i := 0
	return func() (Letter, bool, error) {
		if i >= n {
			return Letter{}, false, nil
		}
		i++
		return SampleLetter(i), true, nil
	}
}
