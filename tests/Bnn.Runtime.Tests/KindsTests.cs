using Bnn.Inference;
using Bnn.Model;

namespace Bnn.Runtime.Tests;

/// <summary>Walks every kind of layer and encoding that the model has, whoever adds one.</summary>
public class KindsTests
{
    public static TheoryData<string> Kinds => [.. SampleNetworks.Kinds.Select(kind => kind.Name)];

    [Theory, MemberData(nameof(Kinds))]
    public void Every_kind_is_verified_written_read_and_run_by_all_engines(string name)
    {
        Network network = SampleNetworks.With(SampleNetworks.Kinds.Single(kind => kind.Name == name));
        Assert.Empty(NetworkVerifier.Check(network));

        ReadResult read = BnnReader.Read(BnnWriter.Write(network));
        Assert.Empty(read.Errors);
        Assert.Equal(network, read.Network);

        var plain = new Interpreter(network);
        var vector = new Interpreter(network, InterpreterMode.Vector);
        var scores = new int[network.ClassCount];
        byte[] images = [.. Enumerable.Range(0, 20).SelectMany(sample => RandomNetworks.Input(network, sample))];
        foreach (int lanes in (int[])[64, 128, 256, 512])
        {
            var batch = new int[20 * network.ClassCount];
            new Interpreter(network, InterpreterMode.Vector, lanes).ScoresBatch(images, batch);
            for (int sample = 0; sample < 20; sample++)
            {
                int[] expected = Reference.Run(network, RandomNetworks.Input(network, sample)).Scores;
                Assert.Equal(expected, batch.AsSpan(sample * scores.Length, scores.Length).ToArray());
            }
        }
        for (int sample = 0; sample < 20; sample++)
        {
            byte[] input = RandomNetworks.Input(network, sample);
            plain.Scores(input, scores);
            Assert.Equal(Reference.Run(network, input).Scores, scores);
            vector.Scores(input, scores);
            Assert.Equal(Reference.Run(network, input).Scores, scores);
        }
    }

    [Fact]
    public void A_kind_that_the_verifier_does_not_know_is_refused()
    {
        Network network = SampleNetworks.All[0];
        Assert.Contains(NetworkVerifier.Check(network with { Layers = new([new UnknownLayer(), .. network.Layers]) }), IsUnknown);
        Assert.Contains(NetworkVerifier.Check(network with { Encoding = new UnknownEncoding() }), IsUnknown);

        static bool IsUnknown(NetworkProblem problem) => problem.ToString().Contains("'unknown'", StringComparison.Ordinal);
    }

    private sealed record UnknownLayer() : Layer("new", "unknown")
    {
        public override Shape Output(Shape input) => input;
    }

    private sealed record UnknownEncoding() : InputEncoding("unknown")
    {
        public override IReadOnlyList<InputPlane> Planes(int channels) => [new(0, IsThreshold: false, 0)];
    }
}
