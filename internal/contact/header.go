package contact

import "strings"

// headerTable lists, per field, how files head that column in Dutch, French,
// German and English and in the exports of Mailchimp, listmonk, Brevo, Shopify,
// WooCommerce, Google, Outlook and the usual cash desks. Words are folded and
// without spaces or signs.
const headerTable = `
customer_number: klantnummer klantnr klantid klantcode klantennummer klantennr relatienummer relatienr relatiecode debiteurnummer debiteurnr debiteur lidnummer lidnr numeroclient numclient noclient nclient codeclient idclient referenceclient refclient kundennummer kundennr kundeno kundenid debitor debitorennummer mitgliedsnummer customernumber customerno customernr customerid custid customercode clientid clientnumber clientno accountnumber memberid membernumber membernr externalid extid patientnummer dossiernummer numerodossier
name: naam volledigenaam voorenachternaam naamenvoornaam naamvoornaam klantnaam klant naamklant contactpersoon tenaamstelling nomcomplet nometprenom nomprenom prenomnom nomduclient nomclient client contact vollstandigername vollername namevorname vornamename vorundnachname kunde kundenname ansprechpartner name fullname customername customer displayname contactname recipientname mergedname completename
given_name: voornaam voornamen roepnaam vnaam prenom prenoms firstname fname vorname vornamen rufname givenname forename christianname voorletters initialen customerfirstname
infix: tussenvoegsel tussenvoegsels tussenv voorvoegsel voorvoegsels infix particule
family_name: achternaam familienaam naamfamilie lastname lname surname nom nomdefamille nomfamille nachname familienname zuname familyname customerlastname geslachtsnaam
organisation: bedrijf bedrijfsnaam firma firmanaam organisatie organisatienaam onderneming vennootschap societe nomsociete entreprise raisonsociale nomentreprise organisation organization organizationname firmenname unternehmen company companyname businessname defaultaddresscompany organization1name employer
email: email emailadres mail mailadres emailadresse emailaddress emails adresseemail adressemail adresmail courriel adressecourriel mel adresseelectronique emailadressen mailadresse epost useremail customeremail emailadresklant contactemail primaryemail email1 email1value email1address emailaddress1 subscriberemail emailaddressprimary elektronischepost eposta
phone: telefoon telefoonnummer telefoonnr tel telnr telnummer telefoon1 vastetelefoon telephone telephonefixe numerodetelephone numtelephone numtel notel telefon telefonnummer telefonnr rufnummer festnetz phone phonenumber phoneno homephone businessphone telephonenumber primaryphone phone1 phone1value defaultaddressphone landline thuistelefoon telthuis telprive teldomicile customerphone contactphone telefoonthuis privatphone
mobile: mobiel mobielnummer mobielnr mobieltelefoonnummer gsm gsmnummer gsmnr numerogsm portable telephoneportable telportable mobile mobilephone mobilenumber mobileno cellphone cell sms handy handynummer mobiltelefon mobilnummer mobil phone2value whatsapp telmobile telmobiel
address: adres volledigadres adresklant postadres woonadres adresse adressecomplete adressepostale anschrift vollstandigeadresse postanschrift address fulladdress mailingaddress postaladdress address1formatted homeaddress locatie
street: straat straatnaam straatennummer straatnummer straatnr straathuisnummer adresregel1 adreslijn1 adres1 rue nomderue rueetnumero ruenumero voie adresse1 adresseligne1 ligneadresse1 libellevoie strasse str strassenr strasseundhausnummer strassehausnummer strassenname adresszeile1 anschrift1 street streetaddress streetname address1 addressline1 addr1 defaultaddressaddress1 address1street homestreet businessstreet mailingstreet straatenhuisnummer rueetn
house_number: huisnummer huisnr nr n no num nummer numero numeroderue numerorue numvoie hausnummer hausnr housenumber houseno streetnumber
box: bus busnummer busnr bte boite boitepostale toevoeging huisnummertoevoeging toev box boxnumber complementnumero hausnummerzusatz unit apartment apt
street_2: adresregel2 adreslijn2 adres2 adresse2 adresseligne2 ligneadresse2 complementadresse complementdadresse adresszusatz adresszeile2 anschrift2 address2 addressline2 addr2 defaultaddressaddress2 street2 homestreet2 businessstreet2
postcode: postcode postkode codepostal codepost cp npa postleitzahl plz zip zipcode postalcode zippostalcode postal defaultaddresszip address1postalcode homepostalcode businesspostalcode postcodezip poststadcode pc postnummer
postcode_city: postcodeenplaats postcodeplaats postcodeengemeente postcodegemeente postcodewoonplaats postcodestad codepostaletville codepostalville cpville plzort plzundort plzstadt postleitzahlort postleitzahlundort zipcity postcodecity
city: plaats woonplaats stad gemeente plaatsnaam localite ville commune ort stadt wohnort city town citytown place cityname defaultaddresscity address1city homecity businesscity towncity
country: land landcode landnaam pays codepays nompays lander country countrycode countryname countryregion defaultaddresscountrycode defaultaddresscountry address1country homecountryregion businesscountryregion countryiso
language: taal taalcode voertaal voorkeurstaal taalklant correspondentietaal langue codelangue languepreferee languedecorrespondance sprache sprachcode korrespondenzsprache language languagecode preferredlanguage lang locale languetaal taallangue
birth_date: geboortedatum gebdatum gebdat geboren datedenaissance naissance datenaissance nele geburtsdatum geburtstag geb birthdate dateofbirth dob birthday
marketing: status subscriptionstatus emailstatus nieuwsbrief newsletter inschrijvingstatus acceptsmarketing acceptsemailmarketing emailmarketingconsent optin emailoptin marketing marketingtoestemming abonne infolettre abonniert newsletterabo consent emailmarketing subscribed
unsubscribed_at: unsubtime unsubscribedat unsubscribedate uitgeschrevenop datumuitschrijving uitschrijfdatum datedesinscription desabonnele abgemeldetam abmeldedatum optouttime optedoutat
attributes: attributes attribs
`

// refusedTable lists how columns are headed that no customer file may hold.
const refusedTable = `
national: rijksregisternummer rijksregisternr rijksregister rrn insz inss niss nrn numeronational numeroregistrenational registrenational nnational bsn burgerservicenummer sofinummer sofi numerodesecuritesociale securitesociale numsecu nir sozialversicherungsnummer svnummer steuerid steueridentifikationsnummer nationalnumber nationalid ssn socialsecuritynumber nationaalnummer identiteitskaartnummer paspoortnummer passportnumber numerodepasseport personalausweisnummer
card: creditcard creditcardnumber cardnumber kaartnummer creditkaart creditcardnummer kredietkaart numerodecarte cartedecredit cartebancaire kreditkarte kreditkartennummer kartennummer cvc cvv ccnumber pan
password: wachtwoord paswoord password passwd pwd pass userpass passwordhash motdepasse mdp passwort kennwort pincode pin hash
`

// headerWords is the table by word.
func headerWords() map[string]Field { return parseWords(headerTable) }

func parseWords(table string) map[string]Field {
	words := make(map[string]Field, 700)
	for line := range strings.Lines(strings.TrimSpace(table)) {
		field, list, _ := strings.Cut(line, ":")
		for _, w := range strings.Fields(list) {
			if _, taken := words[w]; !taken {
				words[w] = Field(field)
			}
		}
	}
	return words
}

// fieldOfHeader reads a heading; FieldNone when it says nothing to us. Billing
// addresses count as the person's own, shipping ones do not: parcels go to
// neighbours and offices.
func fieldOfHeader(heading string, words map[string]Field) Field {
	key := foldKey(heading)
	if f, ok := words[key]; ok {
		return f
	}
	for _, prefix := range []string{"billing", "facturatie", "factuur", "facturation", "rechnungs", "customer", "klant", "client", "kunden", "contact", "subscriber", "attributes", "home", "prive", "user"} {
		rest, found := strings.CutPrefix(key, prefix)
		if f, ok := words[rest]; found && ok && f != FieldMarketing && f != FieldNumber {
			return f
		}
	}
	return FieldNone
}

// isBareNumber reports whether a heading says "number" and not of what.
func isBareNumber(heading string) bool {
	switch foldKey(heading) {
	case "nr", "n", "no", "num", "nummer", "numero":
		return true
	}
	return false
}

// knownHeaders counts the headings of a row that are known.
func knownHeaders(fields []string, words map[string]Field) int {
	n := 0
	for _, f := range fields {
		if len(f) <= 60 && fieldOfHeader(f, words) != FieldNone {
			n++
		}
	}
	return n
}
