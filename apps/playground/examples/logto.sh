# In the folder of your Logto, then restart it:
logto connectors remove @logto/connector-smtp
logto connectors add @postern/connector-smtp
