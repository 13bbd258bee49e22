using Streaming.Cluster.Membership;

namespace Streaming.Cluster.Tests.Membership;

/// <summary>The same secret makes the same key on every node, and tells nobody what it is.</summary>
public sealed class ClusterSecretTests
{
    private const string Secret = "a-secret-of-the-tests-that-is-long-enough";

    [Fact]
    public void Certificates_OfOneSecret_HaveOneKey_WhichTheyCanSignWith()
    {
        using var one = ClusterSecret.ToCertificate(Secret);
        using var other = ClusterSecret.ToCertificate(Secret);
        using var stranger = ClusterSecret.ToCertificate(Secret + "!");

        Assert.Equal(one.PublicKey.ExportSubjectPublicKeyInfo(), other.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.NotEqual(one.PublicKey.ExportSubjectPublicKeyInfo(), stranger.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.True(one.HasPrivateKey);
    }

    [Fact]
    public void Key_IsWhatItWasInEarlierVersions()
    {
        using var certificate = ClusterSecret.ToCertificate(Secret);

        // Nodes of two versions are in one cluster while it is upgraded.
        Assert.Equal("04817114d21dc7fffe5b7b0491b9ca47c484da88cddde1483528ad9b99de3ba215cdd8b44dda66578e3c83b39f3ff0a61a1f08277ddc8bea5ac31378fd86d754f5", Convert.ToHexStringLower(certificate.PublicKey.EncodedKeyValue.RawData));
        Assert.Equal("d4046bd4faa5c00368a2617c65d9a14ba499dc9186d957c14a385a6eb4b3ed59", ClusterSecret.ToToken(Secret));
    }
}
