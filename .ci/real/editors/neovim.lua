-- Drives the language server from Neovim: open, see findings, edit, see them change, apply a fix, save. The binary and the template
-- are in $HIPAALINT and $TEMPLATE.
local rule = 'kms-key-rotation'

local function fail(problem)
  io.stderr:write('Neovim: ' .. problem .. '\n')
  vim.cmd('cquit 1')
end

local function codes()
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    local code = diagnostic.code or (diagnostic.user_data and diagnostic.user_data.lsp and diagnostic.user_data.lsp.code)
    found[code or '?'] = diagnostic
  end
  return found
end

local function wait(what, holds)
  if not vim.wait(20000, holds, 20) then
    fail('not within 20 s: ' .. what .. '; findings: ' .. vim.inspect(vim.tbl_keys(codes())))
  end
end

local function request(method, params)
  local answers, problem = vim.lsp.buf_request_sync(0, method, params, 20000)
  if problem then
    fail(method .. ': ' .. problem)
  end
  for _, answer in pairs(answers) do
    if answer.error then
      fail(method .. ': ' .. answer.error.message)
    end
    return answer.result
  end
  fail(method .. ': no answer')
end

local function line_with(text)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, true)) do
    local column = line:find(text, 1, true)
    if column then
      return number - 1, column - 1, line
    end
  end
  fail('no line with ' .. text)
end

local function position(text)
  local line, column = line_with(text)
  return { textDocument = { uri = vim.uri_from_bufnr(0) }, position = { line = line, character = column } }
end

vim.cmd('edit ' .. vim.fn.fnameescape(vim.env.TEMPLATE))
local client = vim.lsp.start_client({ name = 'hipaalint', cmd = { vim.env.HIPAALINT, 'lsp' }, root_dir = vim.fn.getcwd() })
if not client or not vim.lsp.buf_attach_client(0, client) then
  fail('the server does not start')
end

wait('findings of the opened template', function() return codes()[rule] and codes()['s3-bucket-versioning'] end)
print('opened:')
for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
  print(('  %d:%d %s'):format(diagnostic.lnum + 1, diagnostic.col + 1, diagnostic.message:gsub('\n.*', '')))
end

local hover = request('textDocument/hover', position('!If [IsProd'))
print('hover over the status:')
print('  ' .. (hover.contents.value or hover.contents):gsub('\n', '\n  '))

local definition = request('textDocument/definition', position('Env, prod]'))
definition = definition.range and definition or definition[1]
local line = line_with('  Env:')
if not definition or definition.range.start.line ~= line then
  fail('the definition of Env is not found: ' .. vim.inspect(definition))
end

-- An edit, as typed.
local number, _, text = line_with('Status: !If')
vim.api.nvim_buf_set_lines(0, number, number + 1, true, { (text:gsub('!If.*', 'Enabled')) })
wait('s3-bucket-versioning gone after the edit', function() return not codes()['s3-bucket-versioning'] and codes()[rule] end)
print('edited: s3-bucket-versioning is gone')

-- A quick fix.
local finding = codes()[rule]
local lsp = finding.user_data and finding.user_data.lsp or {}
local actions = request('textDocument/codeAction', {
  textDocument = { uri = vim.uri_from_bufnr(0) },
  range = {
    start = { line = finding.lnum, character = finding.col },
    ['end'] = { line = finding.end_lnum, character = finding.end_col },
  },
  context = { diagnostics = { vim.tbl_extend('force', { range = {
    start = { line = finding.lnum, character = finding.col },
    ['end'] = { line = finding.end_lnum, character = finding.end_col },
  }, message = finding.message, code = rule, source = 'hipaalint' }, lsp) } },
})
local fix
print('code actions:')
for _, action in ipairs(actions) do
  print('  ' .. action.title)
  if action.kind == 'quickfix' and action.edit and not fix then
    fix = action
  end
end
if not fix then
  fail('no quick fix')
end
vim.lsp.util.apply_workspace_edit(fix.edit, 'utf-16')
wait(rule .. ' gone after the fix', function() return not codes()[rule] end)
print('fixed: ' .. fix.title)
vim.cmd('write')
vim.lsp.stop_client(client)
vim.wait(2000, function() return not vim.lsp.get_client_by_id(client) end)
vim.cmd('quitall!')
