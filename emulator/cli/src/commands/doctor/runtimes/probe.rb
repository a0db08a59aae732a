# Calls Graph once and prints the answer.
require 'net/http'

url = URI(ARGV[0])
begin
  Net::HTTP.start(url.host, url.port, use_ssl: true) { |http| puts http.get(url.request_uri).body }
rescue SystemCallError, SocketError, OpenSSL::SSL::SSLError, Net::ProtocolError => error
  warn error.message
  exit 1
end
