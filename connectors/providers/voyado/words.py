"""Voyado's words: what an administrator has to do there, and what its failures mean here."""

from __future__ import annotations

from connectors.errors import Misconfigured, ProviderError, Rejected

#: By the codes that Engage names in its answers; the HTTP status decides about all others.
ERRORS: dict[str, type[ProviderError]] = {
    "ContactNotFound": Rejected,
    "MultipleMatches": Rejected,
    "InvalidEmailAddress": Rejected,
    "InvalidPhoneNumber": Rejected,
    "InvalidSearchQuery": Rejected,
    "InvalidContactType": Misconfigured,
    "InvalidSystemConfiguration": Misconfigured,
}
#: What a person can do about them.
CURES = {
    "MultipleMatches": "several contacts there have it; merge them in Engage",
    "InvalidEmailAddress": "correct the customer's e-mail address",
    "InvalidPhoneNumber": "give the customer's phone number with its country code, such as +46701234567",
    "InvalidContactType": "correct the properties ContactType and MemberType",
    "InvalidSystemConfiguration": "ask Voyado to look at the configuration of your Engage",
}

#: Everything that Engage sends about contacts; after any of these the contacts that changed are read again.
CONTACT_EVENTS = (
    "contact.created",
    "contact.updated",
    "contact.deleted",
    "contact.acceptsEmail.changed",
    "contact.acceptsSms.changed",
    "contact.acceptsPostal.changed",
    "contact.consent.changed",
)
LOYALTY_EVENTS = (
    "loyalty.addPoints",
    "point.balance.updated",
    "reward.voucher.created",
    "promotion.multichannel.assigned",
)

GUIDE = """
For Voyado Engage. Client is the first word of your address there, such as nordstore of nordstore.voyado.com; with Is
Test the staging system (nordstore.staging.voyado.com) is called. A Host that is entered wins. Ask Voyado for an API
key, which goes into Bearer Token; where the key has an IP filter, have this hub's address added. New installations have
ApiVersion v3; set v2 only where Voyado says so.

UniqueIdentifier is what tells one person from another, as the contact type's key in Engage: Email, Phone (with country
code) or CustomerNumber (our number, kept as externalId). Every contact is looked for before one is made. Fields that
are empty here are never sent, because Engage would empty its own; of a contact that is there only what differs is sent.
Further fields go both ways by Field Mapping under the names that they have in Engage.

ExportCustomers decides who goes out: Default makes private customers a contact and club members a member;
ExportMembersOnly leaves everybody else out; ExportAllCustomersAsMember makes members of all. ContactType and MemberType
name the contact types of your Engage. A contact who has become a member here is promoted there; nobody is put back. With
SyncDelete = true a customer that is deleted here is deleted there.

Consents go by name: email, sms and post are the preferences acceptsEmail, acceptsSms and acceptsPostal; properties with
the Key Group ConsentMapping lead further names (Key) to Engage's preferences or consents (Value). Test connection
tells names that Engage does not have. ConsentsOwnedBy = Voyado sends them with new contacts only, so that nobody
who opted out in Engage is opted in again; Hub sends them always. IgnoreConsents = true leaves them alone both ways.

Customers come in by ImportCustomers: every contact that was created, updated or deleted since the last run. Voyado has
to activate the endpoint contacts/changes for you. To have changes at once, add this connector's webhook address in
Engage's webhook portal (Svix) with the contact events, without encryption of the payload, and copy its Signing Secret
(whsec_…) into the property WebhookSecret.

Put the step ExportReceipts where a purchase is final, and where refunds are: a receipt cannot be changed there. Its
unique id is the order number after ReceiptPrefix; Engage ignores a second one with the same id, so a lost answer does no
harm, and books receipts in batches every quarter of an hour. A receipt needs a store: Key Group VoyadoStores leads our
stores to Engage's external ids, else StoreExternalId is taken. Discounts are spread over the lines. Freight is an
article of its own where ShippingArticle names one, else it is left out. A refund of single lines is a RETURN, one of
which nobody knows the lines an ADJUSTMENT. Where receipts are in other currencies than your group's, give the rates by
Key Group VoyadoExchangeRates (Key: NOK) unless Voyado keeps them. Buyers whom Engage does not know become contacts first,
unless only members are exported. Vouchers and promotions that were used come from the order's properties
LoyaltyVouchers (check numbers) and LoyaltyPromotions (ids), each a list.

At checkout, points, level, promotions for RedemptionChannel and vouchers are asked for live; LevelField names the
contact's field that holds the level, PointDefinitionId the kind of points where there are several.
"""
