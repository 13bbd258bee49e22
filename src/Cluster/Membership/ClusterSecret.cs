using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Akka.Remote.Transport.DotNetty;

namespace Streaming.Cluster.Membership;

/// <summary>
/// What makes a node one of the cluster: whoever knows the secret has its private key, and shows so on both sides of each TLS connection.
/// There is no certificate to make, to give to nodes, or to renew. See docs/decisions/0016-many-nodes-form-a-cluster.md.
/// </summary>
public static class ClusterSecret
{
    /// <summary>Characters of the shortest one.</summary>
    public const int LengthMin = 32;

    /// <summary>Characters of the longest one.</summary>
    public const int LengthMax = 1024;

    // Whoever connects sees the public key, and may guess at leisure what it comes from: each guess costs this much.
    private const int Iterations = 200_000;

    // Order of the group of P-256: SEC 2, 2.4.2.
    private static readonly BigInteger Order = BigInteger.Parse(
        "0FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551", System.Globalization.NumberStyles.HexNumber,
        System.Globalization.CultureInfo.InvariantCulture);

    private static readonly byte[] KeySalt = "AkkaStreaming cluster key 1"u8.ToArray();
    private static readonly byte[] TokenSalt = "AkkaStreaming cluster token 1"u8.ToArray();

    /// <summary>A certificate with the secret's key. Each call makes another one; the key is the same.</summary>
    public static X509Certificate2 ToCertificate(string secret)
    {
        using var key = ToKey(secret);
        var request = new CertificateRequest("CN=streaming-cluster", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
    }

    /// <summary>
    /// What shows that a caller knows the secret where there is no TLS. Who reads it on its way can call as well, but does not learn the secret,
    /// nor get into the cluster.
    /// </summary>
    public static string ToToken(string secret) => Convert.ToHexStringLower(Derive(secret, TokenSalt, 32));

    /// <summary>TLS as Akka.Remote is told of it: both sides have the secret's key, or there is no connection.</summary>
    internal static DotNettySslSetup ToSetup(string secret)
    {
        var own = ToCertificate(secret);
        var expected = own.PublicKey.ExportSubjectPublicKeyInfo();
        return new DotNettySslSetup(
            own,
            suppressValidation: false,
            requireMutualAuthentication: true,
            (theirs, _, _, _, _) => theirs is not null
                && CryptographicOperations.FixedTimeEquals(theirs.PublicKey.ExportSubjectPublicKeyInfo(), expected));
    }

    private static ECDsa ToKey(string secret)
    {
        // Eight bytes more than the order has, so that no key is likelier than another: FIPS 186-5, A.2.1.
        var bytes = Derive(secret, KeySalt, 40);
        var number = (new BigInteger(bytes, isUnsigned: true, isBigEndian: true) % (Order - 1)) + 1;
        var scalar = new byte[32];
        var written = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        written.CopyTo(scalar, scalar.Length - written.Length);
        return ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
    }

    private static byte[] Derive(string secret, byte[] salt, int length) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(secret), salt, Iterations, HashAlgorithmName.SHA256, length);
}
