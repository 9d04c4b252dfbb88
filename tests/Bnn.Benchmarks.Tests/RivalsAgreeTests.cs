using Bnn.Benchmarks.Contenders;
using Bnn.Benchmarks.Onnx;
using Bnn.Inference;
using Bnn.Model;
using Bnn.Runtime.Tests;

namespace Bnn.Benchmarks.Tests;

public class RivalsAgreeTests
{
    private const int Samples = 8;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 60)];

    [Theory, MemberData(nameof(Seeds))]
    public void Every_rival_gives_the_classes_of_the_reference(int seed)
    {
        (Network network, byte[] images, int[] expected) = Case(seed);
        foreach (Contender contender in AllContenders.RivalsOf(network, choosing: 0))
        {
            foreach (int batch in new[] { 1, 4 })
            {
                using Work work = contender.Prepare(images, batch);
                Check(work, expected, $"{contender.Name}, batch of {batch}, {network.Name}");
            }
            contender.Dispose();
        }
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Every_form_of_an_onnx_model_gives_the_classes_of_the_reference(int seed)
    {
        (Network network, byte[] images, int[] expected) = Case(seed);
        OnnxExport[] exports = [new FloatExport(network, 2), .. Enum.GetValues<IntegerForm>().Select(form => new IntegerExport(network, 2, form))];
        for (int form = 0; form < exports.Length; form++)
        {
            using var model = new OnnxModel(exports[form].Run(), isPacking: seed % 2 == 0);
            using Work work = model.Bind(images, 2);
            Check(work, expected, $"form {form}, {network.Name}");
        }
    }

    private static (Network Network, byte[] Images, int[] Expected) Case(int seed)
    {
        Network network = seed < SampleNetworks.All.Count ? SampleNetworks.All[seed] : seed % 3 == 0 ? RandomNetworks.Dense(seed) : RandomNetworks.Any(seed);
        byte[] images = [.. Enumerable.Range(0, Samples).SelectMany(i => RandomNetworks.Input(network, (100 * seed) + i))];
        int[] expected = [.. Enumerable.Range(0, Samples).Select(i => Reference.Predict(network, images.AsSpan(i * network.InputLength, network.InputLength)))];
        return (network, images, expected);
    }

    private static void Check(Work work, int[] expected, string what)
    {
        work.Run();
        Assert.True(expected.AsSpan(0, work.Samples).SequenceEqual(work.Classes()), what);
    }
}
