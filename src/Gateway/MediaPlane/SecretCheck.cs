using System.Security.Cryptography;
using System.Text;
using Grpc.Core;
using Streaming.Cluster.Membership;

namespace Streaming.Gateway.MediaPlane;

/// <summary>
/// That a caller knows the cluster's secret, in the metadata of calls between nodes: <c>authorization: Bearer …</c>, RFC 6750 §2.1, with what is made
/// of it (<see cref="ClusterSecret.ToToken"/>).
/// </summary>
internal sealed class SecretCheck
{
    private const string Header = "authorization";

    // Hashes are of one length, so that comparing them takes the same time whatever was sent.
    private readonly byte[] _expected;

    /// <param name="secret">The cluster's; empty for a node that is alone.</param>
    public SecretCheck(string secret)
    {
        var value = "Bearer " + (secret.Length == 0 ? "" : ClusterSecret.ToToken(secret));
        _expected = Hash(value);
        Metadata = new() { { Header, value } };
    }

    /// <summary>What a caller sends.</summary>
    public Metadata Metadata { get; }

    /// <summary>Refuses who does not know it.</summary>
    /// <exception cref="RpcException">With <see cref="StatusCode.Unauthenticated"/>.</exception>
    public void Check(Metadata sent)
    {
        if (!CryptographicOperations.FixedTimeEquals(Hash(sent.GetValue(Header) ?? ""), _expected))
        {
            throw new RpcException(new(StatusCode.Unauthenticated, "The cluster's secret is another one (Streaming:Cluster:Secret)."));
        }
    }

    private static byte[] Hash(string value) => SHA256.HashData(Encoding.UTF8.GetBytes(value));
}
