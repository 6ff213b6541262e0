-- Health of a Workshop for Argo CD: resource.customizations.health.vibeworkshop.dev_Workshop.
local health = {status = "Progressing", message = "Waiting for the controller"}
if obj.metadata.deletionTimestamp ~= nil then
  health.message = "Being taken down"
  return health
end
if obj.spec ~= nil and obj.spec.suspend == true then
  return {status = "Suspended", message = "The controller looks and does not act"}
end
if obj.status == nil or obj.status.conditions == nil then return health end
local ready, stalled, suspended
for _, condition in ipairs(obj.status.conditions) do
  if condition.type == "Ready" then ready = condition end
  if condition.type == "Stalled" and condition.status == "True" then stalled = condition end
  if condition.type == "Suspended" and condition.status == "True" then suspended = condition end
end
if stalled ~= nil then return {status = "Degraded", message = stalled.message} end
-- In the control room, not in the spec.
if suspended ~= nil then return {status = "Suspended", message = suspended.message} end
-- What was said of an older spec says nothing of this one.
if obj.status.observedGeneration ~= obj.metadata.generation then return health end
if ready == nil then return health end
health.message = ready.message
if ready.status == "True" then health.status = "Healthy" end
if ready.status == "False" then health.status = "Degraded" end
return health
