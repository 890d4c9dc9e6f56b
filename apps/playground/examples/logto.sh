# Run this in the folder of your Logto instance, and then restart Logto:
logto connectors remove @logto/connector-smtp
logto connectors add @postern/connector-smtp
