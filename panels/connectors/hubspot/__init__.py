"""The HubSpot connector: contacts of a CRM with their orders, payments, deals and tickets."""
