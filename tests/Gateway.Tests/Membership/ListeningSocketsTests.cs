using System.Globalization;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Membership;

/// <summary>No port is open that nobody has asked for.</summary>
public sealed class ListeningSocketsTests
{
    private const string Listening = "0A"; // TCP_LISTEN of the kernel's include/net/tcp_states.h.

    [Fact]
    public async Task Node_Alone_ListensForViewersAndBroadcastersAlone()
    {
        await using var node = NodeProcess.Start(null);
        int[] expected = [(await node.AddressAsync()).Port, await node.RtmpPortAsync()];

        Assert.Equal(expected.Order(), Ports(node.Id).Order());
    }

    private static IEnumerable<int> Ports(int processId)
    {
        var sockets = new DirectoryInfo($"/proc/{processId}/fd").GetFileSystemInfos()
            .Select(file => Path.GetFileName(file.LinkTarget) ?? "")
            .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(target => target[8..^1])
            .ToHashSet();
        return
            from table in (string[])["tcp", "tcp6"]
            from line in File.ReadLines($"/proc/{processId}/net/{table}").Skip(1)
            let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            where fields[3] == Listening && sockets.Contains(fields[9])
            select int.Parse(fields[1].Split(':')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
