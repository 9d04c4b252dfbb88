using Bnn.Model;

namespace Bnn.Inference;

/// <summary>Measures the accuracy of any model on labelled samples.</summary>
public static class Evaluation
{
    /// <summary>Classifies every sample with a generated model.</summary>
    /// <param name="images"><c>[n, InputLength]</c> bytes.</param>
    /// <param name="labels"><c>[n]</c> classes in [0, ClassCount).</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a label is no class.</exception>
    public static EvaluationResult Run<TModel>(ReadOnlySpan<byte> images, ReadOnlySpan<byte> labels)
        where TModel : IBinaryClassifier<TModel>
    {
        var predicted = new int[labels.Length];
        TModel.PredictBatch(images, predicted);
        return new(TModel.ClassCount, predicted, labels);
    }

    /// <summary>Classifies every sample with the interpreter.</summary>
    /// <param name="model">The network to run.</param>
    /// <param name="images"><c>[n, InputLength]</c> bytes.</param>
    /// <param name="labels"><c>[n]</c> classes in [0, ClassCount).</param>
    /// <exception cref="ArgumentException">The lengths do not fit, or a label is no class.</exception>
    public static EvaluationResult Run(Interpreter model, ReadOnlySpan<byte> images, ReadOnlySpan<byte> labels)
    {
        ArgumentNullException.ThrowIfNull(model);
        var predicted = new int[labels.Length];
        model.PredictBatch(images, predicted);
        return new(model.Network.ClassCount, predicted, labels);
    }
}

/// <summary>How often a model was right, and what it took for what.</summary>
public sealed class EvaluationResult
{
    private readonly int[] _confusion;

    /// <summary>Counts predictions against labels.</summary>
    /// <param name="classCount">Number of classes.</param>
    /// <param name="predicted"><c>[n]</c> classes that the model gave.</param>
    /// <param name="labels"><c>[n]</c> true classes.</param>
    /// <exception cref="ArgumentException">A label is not below <paramref name="classCount"/>.</exception>
    public EvaluationResult(int classCount, int[] predicted, ReadOnlySpan<byte> labels)
    {
        Arguments.CheckLength(labels.Length, predicted.Length, nameof(labels));
        ClassCount = classCount;
        Predicted = new(predicted);
        _confusion = new int[classCount * classCount];
        for (int i = 0; i < labels.Length; i++)
        {
            if (labels[i] >= classCount)
                throw new ArgumentException($"Label {labels[i]} of sample {i} is not one of {classCount} classes.", nameof(labels));
            _confusion[(labels[i] * classCount) + predicted[i]]++;
            Correct += labels[i] == predicted[i] ? 1 : 0;
        }
    }

    /// <summary>Number of classes.</summary>
    public int ClassCount { get; }

    /// <summary>What the model gave, <c>[n]</c>.</summary>
    public EquatableArray<int> Predicted { get; }

    /// <summary>Number of samples.</summary>
    public int Samples => Predicted.Length;

    /// <summary>Number of samples whose class was right.</summary>
    public int Correct { get; }

    /// <summary>Share that was right, in [0, 1]; 0 without samples.</summary>
    public double Accuracy => Samples == 0 ? 0 : (double)Correct / Samples;

    /// <summary>One standard error of <see cref="Accuracy"/>, as a share: √(p·(1 − p)/n).</summary>
    public double StandardError => Samples == 0 ? 0 : Math.Sqrt(Accuracy * (1 - Accuracy) / Samples);

    /// <summary>How many samples of class <paramref name="label"/> were taken for class <paramref name="predicted"/>.</summary>
    public int Confusion(int label, int predicted) => _confusion[(label * ClassCount) + predicted];
}
