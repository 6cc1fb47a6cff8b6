package contact

// Field is a declared field of the customer file, or a part of one as files
// write it. The strings are stable: they are stored and shown to machines.
type Field string

// The fields a column can be read as. FieldNone means the column is left out.
const (
	FieldNone         Field = ""
	FieldNumber       Field = "customer_number"
	FieldName         Field = "name"
	FieldGiven        Field = "given_name"
	FieldInfix        Field = "infix" // "van den", written apart in Dutch files
	FieldFamily       Field = "family_name"
	FieldOrganisation Field = "organisation"
	FieldEmail        Field = "email"
	FieldPhone        Field = "phone"
	FieldMobile       Field = "mobile" // second choice for the phone
	FieldAddress      Field = "address"
	FieldStreet       Field = "street"
	FieldHouseNumber  Field = "house_number"
	FieldBox          Field = "box"
	FieldStreet2      Field = "street_2"
	FieldPostcode     Field = "postcode"
	FieldPostcodeCity Field = "postcode_city"
	FieldCity         Field = "city"
	FieldCountry      Field = "country"
	FieldLanguage     Field = "language"
	FieldBirthDate    Field = "birth_date"
	FieldMarketing    Field = "marketing"
	FieldUnsubscribed Field = "unsubscribed_at"
	FieldOptedOut     Field = "opted_out"  // yes: wants no mailings
	FieldAttributes   Field = "attributes" // a JSON object of further fields
)

// Fields lists what a column may be mapped to, in the order a form offers it.
func Fields() []Field {
	return []Field{
		FieldName, FieldGiven, FieldInfix, FieldFamily, FieldOrganisation,
		FieldEmail, FieldPhone, FieldMobile,
		FieldStreet, FieldHouseNumber, FieldBox, FieldStreet2, FieldPostcode, FieldCity,
		FieldPostcodeCity, FieldAddress, FieldCountry,
		FieldLanguage, FieldBirthDate, FieldNumber, FieldMarketing, FieldOptedOut, FieldUnsubscribed, FieldAttributes,
	}
}

// IsField reports whether s names a field.
func IsField(s Field) bool {
	for _, f := range Fields() {
		if f == s {
			return true
		}
	}
	return false
}
