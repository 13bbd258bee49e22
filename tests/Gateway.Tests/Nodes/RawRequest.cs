using System.Net.Sockets;
using System.Text;

namespace Streaming.Gateway.Tests.Nodes;

/// <summary>A request byte for byte, which no HTTP client would send.</summary>
internal static class RawRequest
{
    /// <summary>Sends it, in UTF-8, and returns all that is answered until the connection is closed.</summary>
    public static async Task<string> AskAsync(Uri server, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync().WaitAsync(Eventually.Patience);
    }
}
